import { type Locale, wares, words } from './locale.js';
import { malaysia } from './malaysia.js';

export const indonesia: Locale = {
  ...malaysia,
  id: 'indonesia',
  currency: { symbol: 'Rp', decimals: 0, decimalMark: ',', groupMark: '.', isTrailing: false },
  cash: { unit: 100, notes: [10000, 20000, 50000, 100000] },
  tax: { name: 'PPN', rates: [10, 11], isIncluded: false },
  servicePercent: 5,
  date: 'DD-MM-YYYY',
  time: 'hh:mm',
  phone: '021-#######',
  registration: ['NPWP ##.###.###.#-###.000'],
  plate: 'B #### @@',
  labels: {
    ...malaysia.labels,
    receipt: ['STRUK BELANJA', 'NOTA', 'KUITANSI'],
    invoice: ['FAKTUR', 'INVOICE'],
    number: ['No. Struk', 'No Nota', 'Trx'],
    date: 'Tanggal',
    time: 'Jam',
    cashier: ['Kasir', 'Pelayan'],
    table: 'Meja',
    guests: 'Tamu',
    item: ['Nama Barang', 'Item'],
    quantity: ['Jml', 'Qty'],
    price: ['Harga', '@ Harga'],
    amount: ['Jumlah', 'Total'],
    subtotal: ['Subtotal', 'HARGA JUAL'],
    discount: ['Diskon', 'HEMAT'],
    service: 'Service',
    rounding: ['Pembulatan'],
    total: ['TOTAL', 'GRAND TOTAL', 'Total Bayar'],
    cash: ['TUNAI', 'Bayar Tunai'],
    card: ['DEBIT', 'QRIS', 'KARTU KREDIT'],
    change: ['KEMBALI', 'Kembalian'],
    itemCount: ['Total Item', 'Jml Barang'],
    taxSummary: ['RINCIAN PAJAK'],
    net: 'DPP',
    pump: 'Pulau/Pompa',
    litres: 'Liter',
    unitOfFuel: 'Rp/Liter',
    taxi: 'STRUK TAKSI',
    driver: 'Pengemudi',
    fare: 'Tarif',
    distance: 'Jarak',
    parking: ['KARCIS PARKIR', 'STRUK PARKIR'],
    entry: 'Masuk',
    exit: 'Keluar',
    duration: 'Lama',
    paid: 'Bayar',
    stamp: ['LUNAS', 'DITERIMA'],
    phone: 'Telp',
  },
  shops: words('TOKO %; % SWALAYAN; CV %; APOTEK %; PT % MAKMUR; TB. %'),
  eateries: words('RUMAH MAKAN %; WARUNG %; SATE %; KEDAI KOPI %; BAKSO %'),
  stations: words('SPBU %; PT % MIGAS'),
  names: words(`
    SUMBER REJEKI; MAJU JAYA; SEDERHANA; BERKAH; SINAR TERANG; PELANGI; BU TINI; PAK KUMIS; ANEKA; MUTIARA;
    HARAPAN; SARI RASA
  `),
  streets: words(`
    JL. SUDIRMAN NO. ##; JL. DIPONEGORO ###; JL RAYA BOGOR KM ##; JL. MERDEKA NO #; RUKO BLOK @ NO. ##
  `),
  cities: words('JAKARTA SELATAN; BANDUNG 40115; SURABAYA 60271; YOGYAKARTA; DENPASAR, BALI'),
  staff: words('DEWI; BUDI; Rina; KASIR 2; AGUS'),
  goods: wares(`
    INDOMIE GORENG|3100; AQUA 600ML|3500; BERAS RAMOS 5KG|68500; MINYAK GORENG 2L|36900; TEH BOTOL 450|5200;
    SABUN MANDI 85G|4300; GULA PASIR 1KG|16500; KOPI SACHET 10S|14700; ROTI TAWAR|15500; SUSU UHT 1L|18900;
    TELUR 10 BTR|24500; KECAP 550ML|22900; SEMEN 50KG|62000; PAKU 5CM 1KG|19500; TISU 250S|12900;
    PASTA GIGI|11800
  `),
  dishes: wares(`
    NASI GORENG SPESIAL|28000; ES TEH MANIS|6000; AYAM BAKAR|32000; SATE AYAM 10 TSK|30000; GADO-GADO|22000;
    MIE AYAM BAKSO|20000; ES JERUK|8000; SOTO BETAWI|35000; NASI PUTIH|6000; KOPI TUBRUK|10000; RENDANG|26000;
    KERUPUK|3000
  `),
  fuels: wares('PERTALITE|10000; PERTAMAX|12950; SOLAR|6800'),
  services: wares(`
    Cetak kartu nama|75000; Jasa servis AC|85000; Ongkos kirim|25000; Spanduk 3x1 m|90000;
    Instalasi listrik|150000; Ganti oli|65000
  `),
  closings: [
    ['TERIMA KASIH', 'SELAMAT BELANJA KEMBALI'],
    ['BARANG YANG SUDAH DIBELI', 'TIDAK DAPAT DITUKAR'],
    ['Terima kasih atas kunjungan Anda'],
    ['LAYANAN KONSUMEN', 'SMS 0811 1500 280'],
  ],
  handwriting: words('lunas; Pak Budi; titip; ok'),
};
