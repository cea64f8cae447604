import { ENGLISH } from './labels.js';
import { type Locale, wares, words } from './locale.js';

export const malaysia: Locale = {
  id: 'malaysia',
  currency: { symbol: 'RM', decimals: 2, decimalMark: '.', groupMark: ',', isTrailing: false },
  cash: { unit: 5, notes: [100, 500, 1000, 2000, 5000, 10000] },
  tax: { name: 'GST', rates: [6], isIncluded: true },
  servicePercent: 10,
  date: 'DD/MM/YYYY',
  time: 'hh:mm:ss',
  phone: '03-#### ####',
  registration: ['GST ID : 000########', '(######-@)', 'CO. REG. NO: ######-@', 'SST NO: @##-####-########'],
  plate: 'W@@ ####',
  labels: {
    ...ENGLISH,
    receipt: [
      'RECEIPT',
      'CASH RECEIPT',
      'SIMPLIFIED TAX INVOICE',
      'TAX INVOICE',
      'OFFICIAL RECEIPT',
      'CASH BILL',
    ],
    invoice: ['TAX INVOICE', 'INVOICE', 'INVOICE / DELIVERY ORDER'],
    number: ['Receipt #', 'Doc No.', 'Bill No', 'Invoice No'],
    cashier: ['Cashier', 'Served by', 'Salesperson', 'User'],
    guests: 'Pax',
    item: ['Item', 'Description', 'Item(s)', 'Desc/Item'],
    price: ['U.Price', 'S/Price', 'U/P', 'Price'],
    amount: ['Amount', 'Amt(RM)', 'Total(RM)', 'RM'],
    subtotal: ['Sub Total', 'Total Sales (Excluding Disc)', 'SUBTOTAL', 'Sub-Total :'],
    discount: ['Discount', 'Member Disc.', 'LESS DISC'],
    service: 'Service Charge',
    rounding: ['Rounding Adj', 'ROUNDING ADJUSTMENT', 'Rounding'],
    total: ['TOTAL', 'Total Inclusive GST', 'GRAND TOTAL', 'TOTAL AMT', 'Nett Total'],
    cash: ['CASH', 'Cash Tendered', 'CASH RM'],
    card: ['VISA CARD', 'MASTER', 'DEBIT CARD', 'MYDEBIT', "TOUCH'N GO"],
    change: ['CHANGE', 'Change Due', 'BALANCE'],
    itemCount: ['Total Qty', 'ITEMS SOLD', 'Total Item(s)'],
    taxSummary: ['GST SUMMARY', 'GST Analysis'],
    net: 'Amt(RM)',
    pump: 'Pump',
    litres: 'litre',
    unitOfFuel: 'RM / litre',
    taxi: 'TEKSI / TAXI RECEIPT',
    fare: 'Fare',
    parking: ['PARKING RECEIPT', 'TIKET LETAK KERETA', 'CAR PARK TICKET'],
    entry: 'Entry',
    exit: 'Exit',
    paid: 'Paid',
    customer: 'Customer',
    billTo: 'Bill To',
    due: 'Terms : 30 days',
    bank: 'Bank A/C',
    approved: ['APPROVED', 'APPROVAL CODE ######'],
    merchant: 'MID',
    terminal: 'TID',
    signature: 'SIGNATURE',
    copy: ['CUSTOMER COPY', 'MERCHANT COPY', '** REPRINT **'],
    stamp: ['PAID', 'POSTED', 'RECEIVED', 'TELAH BAYAR'],
  },
  shops: words(`
    % HARDWARE SDN BHD; % TRADING SDN. BHD.; KEDAI RUNCIT %; % ENTERPRISE; SYARIKAT PERNIAGAAN %;
    % MINI MARKET; PASARAYA % SDN BHD; % STATIONERS & BOOKS; FARMASI %; % GIFT & DECO
  `),
  eateries: words(`
    RESTORAN %; % KOPITIAM; % SEAFOOD RESTAURANT; NASI KANDAR %; % BAKERY & CAFE; % STEAMBOAT HOUSE
  `),
  stations: words('PETROL % SERVICE STATION; STESEN MINYAK %; % PETROMART'),
  names: words(`
    GIN HUAT; SERI MUDA; AIK LEONG; BINTANG JAYA; KIM SENG; MAJU; HOCK LEE; MELATI; SIN HENG; ANUGERAH;
    WAH FATT; CAHAYA; TECK GUAN; PERMATA; LUCKY STAR; DAMAI
  `),
  streets: words(`
    JALAN MAHAGONI #/#; NO. ##, JALAN SS ##/##; LOT ###, JALAN IPOH; NO #, JALAN DEDAP ##;
    ##G, JALAN PJS ##/#; NO ###, JLN BESAR; LOT #, LORONG SETIA #; #, JALAN BUKIT INDAH #/##
  `),
  cities: words(`
    43200 CHERAS, SELANGOR; 53000 KUALA LUMPUR; 81100 JOHOR BAHRU, JOHOR; 47300 PETALING JAYA;
    40150 SHAH ALAM, SELANGOR D.E.; 10250 PULAU PINANG; 44300 BATANG KALI, SELANGOR; 68000 AMPANG
  `),
  staff: words('USER; SITI; MEI LING; RAJU; admin; CASHIER 01; AH HOCK; Fatimah; CN'),
  goods: wares(`
    MILO 3IN1 SOFTPACK 18S|1650; GARDENIA WHOLEMEAL 400G|390; SAFETY PIN 1 1/2"|100;
    PVC TAPE BLACK 2X19MM|250; SATIN BIAS TAPE 12MMX3Y|700; BERAS WANGI 5KG|2890; TELUR GRED B 30S|1240;
    MINYAK MASAK 1KG|680; GULA HALUS 1KG|285; COLEX BLACK BASIC 6723|4300; A4 PAPER 70GSM 500S|1190;
    BALL PEN BLUE 0.7|160; PANADOL ACTIFAST 20S|1290; VITAMIN C 1000MG 30S|3350; 100 PLUS 500ML|240;
    MINERAL WATER 1.5L|220; LED BULB 9W DAYLIGHT|990; CEMENT 50KG|1750; PAINT BRUSH 2"|450;
    SIKA CREAM -88 25KG|1590; SHAMPOO 320ML|1499; DETERGENT POWDER 2.1KG|1690; TISSUE BOX 4X150|890;
    KICAP MANIS 325ML|375; MAGGI KARI 5X79G|495; SARDIN 425G|710; PADLOCK 40MM|1980; STORAGE BOX 20L|2490
  `),
  dishes: wares(`
    NASI LEMAK AYAM|950; TEH TARIK|220; MEE GORENG MAMAK|750; ROTI CANAI|150; KOPI O ICE|240;
    HAINAN CHICKEN RICE|850; CHAR KUEY TEOW|900; BAK KUT TEH (2 PAX)|3200; WAT TAN HOR|980; SIRAP BANDUNG|280;
    ICED LEMON TEA|350; SALTED EGG SOTONG|2600; KANGKUNG BELACAN|1200; WHITE RICE|200; CENDOL|480;
    SATAY AYAM (10)|1200; TOM YAM SOUP|1450; HOT WATER|50
  `),
  fuels: wares('RON95|205; RON97|265; DIESEL EURO5|215; V-POWER 97|285'),
  services: wares(`
    Printing of name cards (box)|4500; Service call and labour|12000; Aircond chemical wash|9000;
    Banner 6x3 ft|5400; Laptop repair, keyboard|18500; Delivery charge|2500; Electrical wiring per point|6500;
    Signboard installation|38000; CCTV maintenance|15000
  `),
  closings: [
    ['GOODS SOLD ARE NOT RETURNABLE', 'THANK YOU'],
    ['THANK YOU, PLEASE COME AGAIN'],
    ['BARANG YANG DIJUAL TIDAK BOLEH', 'DITUKAR ATAU DIPULANGKAN', 'TERIMA KASIH'],
    ['Thank You & Come Again !', 'Goods sold are not refundable', 'Exchange within 7 days with receipt'],
    [
      'YOUR OPINION MATTERS',
      'We invite you to complete our',
      'guest experience survey',
      'at www.tellus.com.my',
    ],
    ['* This is a computer generated invoice', 'no signature is required *'],
  ],
  handwriting: words('Ah Kow; 31803044; Quit Counter; ok; A06021; claim; Mr Tan; staff meal'),
};
