/** The Netherlands and Sweden. */
import { germany } from './german.js';
import { type Locale, wares, words } from './locale.js';

export const netherlands: Locale = {
  ...germany,
  id: 'netherlands',
  currency: { ...germany.currency, isTrailing: false },
  cash: { ...germany.cash, unit: 5 },
  tax: { name: 'BTW', rates: [9, 21], isIncluded: true },
  date: 'DD-MM-YYYY',
  phone: '0##-#######',
  registration: ['BTW NL#########B01', 'KvK ########'],
  plate: '@@-###-@',
  labels: {
    ...germany.labels,
    receipt: ['KASSABON', 'Kassabon', 'BON', 'KLANTTICKET'],
    invoice: ['FACTUUR', 'Factuur'],
    number: ['Bonnr.', 'Transactie', 'Factuurnr.'],
    time: 'Tijd',
    cashier: ['U bent geholpen door', 'Kassa', 'Medewerker'],
    table: 'Tafel',
    guests: 'Personen',
    item: ['Omschrijving', 'Artikel'],
    quantity: ['Aantal', 'St.'],
    price: ['Prijs', 'P/st'],
    amount: ['Bedrag', 'EUR', 'Totaal'],
    subtotal: ['Subtotaal', 'SUBTOTAAL'],
    discount: ['Korting', 'BONUSKORTING', 'Uw voordeel'],
    rounding: ['Afronding'],
    total: ['TOTAAL', 'Te betalen', 'Totaal EUR'],
    cash: ['CONTANT', 'Contant'],
    card: ['PINNEN', 'MAESTRO', 'Bankpas'],
    change: ['Wisselgeld', 'TERUG', 'Retour'],
    itemCount: ['Aantal artikelen', 'AANTAL'],
    taxSummary: ['BTW-specificatie', 'BTW OVERZICHT'],
    net: 'Over',
    pump: 'Pomp',
    taxi: 'TAXIBON',
    driver: 'Chauffeur',
    fare: 'Ritprijs',
    distance: 'Afstand',
    parking: ['PARKEERBEWIJS', 'Parkeerkaart'],
    entry: 'Begin',
    exit: 'Einde',
    duration: 'Parkeertijd',
    paid: 'Betaald',
    customer: 'Klant',
    billTo: 'Factuur aan',
    due: 'Betaling binnen 14 dagen',
    bank: 'IBAN NL## @@@@ #### #### ##',
    approved: ['AKKOORD', 'Autorisatie: ######'],
    merchant: 'Merchant',
    terminal: 'Terminal',
    signature: 'Handtekening',
    copy: ['KOPIE KAARTHOUDER', 'KLANTENKOPIE'],
    stamp: ['BETAALD', 'ONTVANGEN', 'KOPIE'],
    phone: 'Tel',
  },
  shops: words('Bakkerij %; % Versmarkt; Slagerij %; IJzerhandel %; Boekhandel %; Drogist %; % Tuincentrum'),
  eateries: words('Eetcafé %; Restaurant %; Lunchroom %; Snackbar %; Pannenkoekenhuis %'),
  stations: words('Tankstation %; Garage %'),
  names: words(`
    De Gouden Leeuw; Van Dijk; Molenzicht; Jansen; Het Anker; De Boer; Oranje; Vermeer; De Zwaan; Bakker;
    Zuiderhof; De Linde
  `),
  streets: words(`
    Dorpsstraat ##; Kerkstraat ###; Marktplein #; Stationsweg ##; Grote Gracht #; Molenlaan ##
  `),
  cities: words('1012 AB AMSTERDAM; 3511 CD UTRECHT; 9711 KL GRONINGEN; 6211 TR MAASTRICHT; 2312 GH LEIDEN'),
  staff: words('Sanne; Kassa 4; Daan; ZELFSCAN; Fleur'),
  goods: wares(`
    HALFV. MELK 1L|115; VOLKOREN HEEL|229; SCHARRELEI 10|289; JONG BELEGEN|545; PINDAKAAS 600G|329;
    HAGELSLAG PUUR|199; STROOPWAFELS|149; BANANEN KG|169; KOFFIE FILTER 500|599; KIPFILET 400G|479;
    WC PAPIER 8R|425; STATIEGELD|25; TAS PAPIER|20; SPERZIEBONEN|219; BIER KRAT|1749; DROP 300G|179;
    TULPEN 10ST|350; LAMP LED 5W|595
  `),
  dishes: wares(`
    Pannenkoek spek|1095; Koffie verkeerd|325; Uitsmijter|950; Bitterballen 8st|825; Vaasje|310;
    Broodje kroket|675; Verse muntthee|330; Appelgebak|425; Saté met friet|1750; Tosti ham/kaas|595;
    Friet mayo|350; Cola|280
  `),
  fuels: wares('EURO 95 E10|198; DIESEL B7|176; SUPERPLUS 98|215'),
  closings: [
    ['Bedankt en tot ziens!'],
    ['Bewaar uw kassabon', 'Ruilen binnen 30 dagen'],
    ['Dank u wel voor uw bezoek'],
    ['Spaar mee voor korting', 'vraag naar de klantenkaart'],
  ],
  handwriting: words('declaratie; dhr. Smit; lunch; akk.'),
};

export const sweden: Locale = {
  ...netherlands,
  id: 'sweden',
  currency: { symbol: 'kr', decimals: 2, decimalMark: ',', groupMark: ' ', isTrailing: true },
  cash: { unit: 100, notes: [2000, 5000, 10000, 20000, 50000] },
  tax: { name: 'Moms', rates: [12, 25, 6], isIncluded: true },
  date: 'YYYY-MM-DD',
  phone: '0##-### ## ##',
  registration: ['Org.nr 55####-####', 'Momsreg.nr SE55########01'],
  plate: '@@@ ###',
  labels: {
    ...netherlands.labels,
    receipt: ['KVITTO', 'Kvitto', 'KASSAKVITTO'],
    invoice: ['FAKTURA', 'Faktura'],
    number: ['Kvitto nr', 'Ordernr', 'Fakturanr'],
    time: 'Tid',
    cashier: ['Kassör', 'Du betjänades av', 'Kassa'],
    table: 'Bord',
    guests: 'Gäster',
    item: ['Vara', 'Benämning', 'Artikel'],
    quantity: ['Antal', 'St'],
    price: ['á-pris', 'Pris'],
    amount: ['Belopp', 'SEK', 'Summa'],
    subtotal: ['Delsumma', 'DELSUMMA'],
    discount: ['Rabatt', 'Medlemsrabatt'],
    rounding: ['Öresavrundning'],
    total: ['TOTALT', 'Att betala', 'SUMMA SEK'],
    cash: ['KONTANT', 'Kontant'],
    card: ['KORT', 'Bankkort', 'VISA'],
    change: ['TILLBAKA', 'Växel'],
    itemCount: ['Antal varor', 'Antal artiklar'],
    taxSummary: ['Momsspecifikation', 'MOMS'],
    net: 'Netto',
    pump: 'Pump',
    litres: 'liter',
    unitOfFuel: 'kr/l',
    taxi: 'TAXIKVITTO',
    driver: 'Förare',
    fare: 'Pris',
    distance: 'Körsträcka',
    parking: ['PARKERINGSBILJETT', 'P-BILJETT'],
    entry: 'Från',
    exit: 'Giltig till',
    duration: 'Tid totalt',
    paid: 'Avgift',
    customer: 'Kund',
    billTo: 'Faktureras',
    due: 'Betalningsvillkor 30 dagar',
    bank: 'Bankgiro ####-####',
    approved: ['KÖP GODKÄNT', 'Ref ############'],
    merchant: 'Butiksnr',
    terminal: 'Term',
    signature: 'Underskrift',
    copy: ['KUNDENS EX', 'SPARA KVITTOT', 'KOPIA'],
    stamp: ['BETALD', 'MOTTAGET', 'KOPIA'],
  },
  shops: words('% Livs; % Järnhandel; Bageri %; % Bokhandel; Apoteket %; % Bygg AB; % Lanthandel'),
  eateries: words('Restaurang %; Café %; % Kök & Bar; Pizzeria %; Konditori %'),
  stations: words('% Bensin; % Mack; % Energi'),
  names: words(`
    Björken; Älgen; Söder; Lindgren; Hammarby; Östermalm; Kronan; Norrsken; Fyren; Ängen; Svensson; Stallet
  `),
  streets: words('Storgatan ##; Kungsgatan ###; Torget #; Hamngatan ##; Björkvägen #; Sveavägen ##'),
  cities: words('111 57 STOCKHOLM; 411 05 GÖTEBORG; 211 34 MALMÖ; 753 10 UPPSALA; 903 26 UMEÅ'),
  staff: words('Elin; Kassa 2; Åsa; Göran; Självscan'),
  goods: wares(`
    MELLANMJÖLK 1L|1690; ÄGG FRIGÅENDE 12P|3990; KNÄCKEBRÖD|2450; SMÖR 500G|6490; KAFFE 450G|5990;
    LÖSGODIS HG|990; KÖTTBULLAR 1KG|8990; OST HUSHÅLL|9950; BANAN EKO|2690; PANT 2 KR|200; PAPPERSKASSE|700;
    TORSKFILÉ 400G|8490; LINGONSYLT|3290; DISKMEDEL|2190; SKRUV 4X40|6900; LÄSK 1,5L|2290; PASTA 1KG|2390;
    TOALETTPAPPER 8P|4990
  `),
  dishes: wares(`
    Dagens lunch|12900; Kanelbulle|3900; Bryggkaffe|3500; Räksmörgås|14900; Köttbullar m. mos|17500;
    Stor stark 40cl|8200; Pytt i panna|15900; Caesarsallad|16500; Prinsesstårta|5900; Läsk 33cl|3500;
    Pizza Vesuvio|11500; Vatten|2500
  `),
  fuels: wares('BENSIN 95|1879; DIESEL|1956; ETANOL E85|1549'),
  services: wares(`
    Arbete, timmar|65000; Framkörning|49500; Material|128000; Service värmepump|249000; Fönsterputs|89000;
    Däckbyte|59500
  `),
  closings: [
    ['Tack och välkommen åter!'],
    ['Öppet köp 30 dagar', 'Spara kvittot'],
    ['Tack för besöket'],
    ['Bli medlem och samla poäng', 'Fråga i kassan'],
  ],
  handwriting: words('utlägg; lunch; Kalle; proj 12'),
};
