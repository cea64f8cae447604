/** Spain and Italy. */
import { type Locale, wares, words } from './locale.js';

export const spain: Locale = {
  id: 'spain',
  currency: { symbol: '€', decimals: 2, decimalMark: ',', groupMark: '.', isTrailing: true },
  cash: { unit: 1, notes: [500, 1000, 2000, 5000] },
  tax: { name: 'IVA', rates: [10, 21, 4], isIncluded: true },
  servicePercent: 0,
  date: 'DD/MM/YYYY',
  time: 'hh:mm',
  phone: '9## ## ## ##',
  registration: ['NIF: B########', 'C.I.F. A-########'],
  plate: '#### @@@',
  labels: {
    receipt: ['FACTURA SIMPLIFICADA', 'TICKET DE VENTA', 'RECIBO'],
    invoice: ['FACTURA', 'Factura'],
    number: ['Nº Ticket', 'Factura nº', 'Op.'],
    date: 'Fecha',
    time: 'Hora',
    cashier: ['Le atendió', 'Cajero', 'Camarero', 'Vendedor'],
    table: 'Mesa',
    guests: 'Comensales',
    item: ['Descripción', 'Artículo', 'Concepto'],
    quantity: ['Cant.', 'Uds'],
    price: ['Precio', 'P. Unit'],
    amount: ['Importe', 'Total', 'EUR'],
    subtotal: ['Subtotal', 'SUMA'],
    discount: ['Descuento', 'DTO. SOCIO'],
    service: 'Servicio',
    rounding: ['Redondeo'],
    total: ['TOTAL', 'TOTAL A PAGAR', 'Total (€)'],
    cash: ['EFECTIVO', 'Entregado', 'Efectivo'],
    card: ['TARJETA', 'VISA', 'Tarjeta bancaria'],
    change: ['CAMBIO', 'Cambio', 'Devolución'],
    itemCount: ['Nº artículos', 'Líneas'],
    taxSummary: ['DETALLE IVA', 'Desglose de IVA'],
    net: 'Base imp.',
    pump: 'Surtidor',
    litres: 'Litros',
    unitOfFuel: '€/L',
    taxi: 'RECIBO TAXI',
    driver: 'Licencia',
    fare: 'Servicio',
    distance: 'Recorrido',
    parking: ['APARCAMIENTO', 'ZONA AZUL', 'TICKET PARKING'],
    entry: 'Entrada',
    exit: 'Salida',
    duration: 'Estancia',
    paid: 'Pagado',
    customer: 'Cliente',
    billTo: 'Facturar a',
    due: 'Vencimiento a 30 días',
    bank: 'IBAN ES## #### #### ## ##########',
    approved: ['OPERACIÓN ACEPTADA', 'Nº Aut. ######'],
    merchant: 'Comercio',
    terminal: 'Terminal',
    signature: 'Firma',
    copy: ['COPIA CLIENTE', 'COPIA COMERCIO'],
    stamp: ['PAGADO', 'RECIBIDO', 'COPIA'],
    phone: 'Tfno.',
  },
  shops: words(`
    Supermercados %; Ferretería %; Panadería %; Farmacia %; Librería %; Frutas %; Bazar %; Droguería %
  `),
  eateries: words('Restaurante %; Bar %; Mesón %; Taberna %; Cafetería %; Asador %'),
  stations: words('Estación de Servicio %; E.S. %; Gasolinera %'),
  names: words(`
    La Paloma; San Martín; El Olivo; Hermanos Ruiz; Mediterráneo; Los Arcos; Casa Núñez; La Muñeca; Levante;
    El Rincón; Alameda; Peñalara; Giralda; Doña Inés
  `),
  streets: words(`
    C/ Mayor, ##; Avda. de la Paz, ###; Plaza de España, #; C/ Cervantes ##, bajo; Paseo Marítimo ##;
    Pol. Ind. Norte, nave ##; C/ San José, #
  `),
  cities: words(`
    28013 MADRID; 41004 SEVILLA; 08002 BARCELONA; 46002 VALENCIA; 29015 MÁLAGA; 48005 BILBAO; 18009 GRANADA
  `),
  staff: words('Carmen; Caja 1; Javier; Lucía; M. Ángel'),
  goods: wares(`
    PAN BARRA RÚSTICA|95; LECHE ENTERA 1L|98; HUEVOS L 12U|265; ACEITE OLIVA 1L|895; JAMÓN SERRANO 100G|349;
    TOMATE RAMA KG|219; QUESO CURADO|675; AGUA 1,5L|62; ARROZ BOMBA 1KG|385; CERVEZA LATA 33CL|72;
    YOGUR NATURAL 4U|145; DETERGENTE 30 LAV|699; SERVILLETAS 100U|135; PATATAS 3KG|399; CAFÉ MOLIDO 250G|289;
    CHORIZO IBÉRICO|429; BOLSA|10; GALLETAS 800G|255; CHAMPÚ 400ML|319; TORNILLOS 4X30|285
  `),
  dishes: wares(`
    Menú del día|1290; Caña|180; Café solo|140; Tortilla patata|650; Croquetas (6)|720;
    Paella valenciana|1450; Copa Rioja|320; Pan y aperitivo|150; Calamares|980; Ensalada mixta|690;
    Flan casero|420; Agua grande|250; Café con leche|170; Gambas ajillo|1150
  `),
  fuels: wares('GASOLINA 95|159; DIESEL A|149; GASOLINA 98|174'),
  services: wares(`
    Mano de obra (h)|3800; Desplazamiento|2500; Pintura habitación|24000; Cambio de aceite|6490;
    Reparación grifo|4850; Diseño folleto|18000
  `),
  closings: [
    ['GRACIAS POR SU VISITA'],
    ['Gracias por su compra', 'Vuelva pronto'],
    ['Cambios y devoluciones 15 días', 'con este ticket'],
    ['IVA INCLUIDO', 'Conserve su ticket'],
    ['Síganos en redes', '@tiendadebarrio'],
  ],
  handwriting: words('gastos; Sr. Gil; comida; pagado; factura!'),
};

export const italy: Locale = {
  ...spain,
  id: 'italy',
  tax: { name: 'IVA', rates: [10, 22, 4], isIncluded: true },
  date: 'DD-MM-YYYY',
  phone: '0## #######',
  registration: ['P.IVA 0##########', 'C.F. e P.IVA ###########'],
  plate: '@@ ###@@',
  labels: {
    ...spain.labels,
    receipt: ['DOCUMENTO COMMERCIALE', 'SCONTRINO', 'RICEVUTA'],
    invoice: ['FATTURA', 'Fattura immediata'],
    number: ['DOC. N.', 'Scontrino n.', 'Ricevuta N.'],
    date: 'Data',
    time: 'Ora',
    cashier: ['Operatore', 'Cassa', 'Cameriere'],
    table: 'Tavolo',
    guests: 'Coperti',
    item: ['DESCRIZIONE', 'Articolo'],
    quantity: ['Q.tà', 'Qtà'],
    price: ['Prezzo', 'Pr. unit.'],
    amount: ['Prezzo(€)', 'Importo', 'EURO'],
    subtotal: ['SUBTOTALE', 'Subtotale'],
    discount: ['SCONTO', 'Sconto fedeltà'],
    service: 'Coperto',
    rounding: ['Arrotondamento'],
    total: ['TOTALE COMPLESSIVO', 'TOTALE EURO', 'Totale'],
    cash: ['CONTANTI', 'Pagamento contante'],
    card: ['BANCOMAT', 'Pagamento elettronico', 'CARTA'],
    change: ['RESTO', 'Resto'],
    itemCount: ['N. ARTICOLI', 'Pezzi'],
    taxSummary: ['RIEPILOGO IVA', 'di cui IVA'],
    net: 'Imponibile',
    pump: 'Pompa',
    litres: 'Litri',
    taxi: 'RICEVUTA TAXI',
    driver: 'Autista',
    fare: 'Corsa',
    distance: 'Percorso',
    parking: ['PARCHEGGIO', 'BIGLIETTO SOSTA'],
    entry: 'Ingresso',
    exit: 'Uscita',
    duration: 'Sosta',
    paid: 'Pagato',
    billTo: 'Spett.le',
    due: 'Pagamento a 30 gg data fattura',
    bank: 'IBAN IT## @ ##### ##### ############',
    approved: ['TRANSAZIONE ESEGUITA', 'Aut. ######'],
    merchant: 'Esercente',
    copy: ['COPIA CLIENTE', 'COPIA ESERCENTE'],
    stamp: ['PAGATO', 'RICEVUTO', 'COPIA'],
    phone: 'Tel.',
  },
  shops: words(`
    Alimentari %; Ferramenta %; Panificio %; Farmacia %; Libreria %; Emporio %; Tabacchi %; Macelleria %
  `),
  eateries: words('Trattoria %; Ristorante %; Pizzeria %; Bar %; Osteria %; Gelateria %'),
  stations: words('Stazione %; Distributore %; Area di Servizio %'),
  names: words(`
    Da Beppe; Bella Napoli; Sole Mio; Fratelli Conti; La Pergola; Al Ponte; Moretti; Quattro Mori; San Carlo;
    Vecchia Roma; Girasole; Due Torri; Aurora; Il Cigno
  `),
  streets: words(`
    Via Roma, ##; Piazza Garibaldi #; Corso Italia ###; Via Mazzini ##/@; Viale Europa, ##; Via Dante #
  `),
  cities: words(`
    20121 MILANO MI; 00184 ROMA RM; 50122 FIRENZE FI; 80133 NAPOLI NA; 40121 BOLOGNA BO; 10123 TORINO TO
  `),
  staff: words('Giulia; CASSA 01; Marco; OP. 3; Chiara'),
  goods: wares(`
    PANE CASERECCIO|210; LATTE INTERO 1L|165; PROSCIUTTO CRUDO|489; MOZZARELLA 125G|139; PASSATA 700G|129;
    SPAGHETTI 500G|99; PARMIGIANO 24M|745; OLIO EXTRAV. 1L|990; CAFFE 250G|349; ACQUA FRIZZ. 6X|228;
    PESCHE KG|279; BISCOTTI 400G|215; DETERSIVO 1L|295; SAPONE MANI|179; VITI LEGNO 4X40|390;
    LAMPADINA LED|450; QUADERNO A4|180; SHOPPER BIO|10; RISO ARBORIO|289; BURRO 250G|259
  `),
  dishes: wares(`
    Coperto|200; Pizza Margherita|750; Spaghetti vongole|1400; Tiramisù|550; Caffè|120; Acqua 0,75|250;
    Vino casa 1/2|600; Bruschetta|500; Lasagne|1100; Cappuccino|150; Cornetto|130; Spritz|600;
    Insalata caprese|900; Panna cotta|500
  `),
  fuels: wares('SENZA PB|179; GASOLIO|169; GPL|72'),
  services: wares(`
    Manodopera (ore)|3500; Diritto di chiamata|3000; Ricambi vari|8420; Stampa volantini|12500;
    Tagliando auto|19900
  `),
  closings: [
    ['GRAZIE E ARRIVEDERCI'],
    ['Grazie della visita'],
    ['Grazie per averci scelto', 'A presto!'],
    ['Conservare lo scontrino', 'per eventuali cambi'],
  ],
  handwriting: words('rimborso; Sig. Rossi; cena; ok'),
};
