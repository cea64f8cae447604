import { type Locale, wares, words } from './locale.js';

export const germany: Locale = {
  id: 'germany',
  currency: { symbol: '€', decimals: 2, decimalMark: ',', groupMark: '.', isTrailing: true },
  cash: { unit: 1, notes: [500, 1000, 2000, 5000, 10000] },
  tax: { name: 'MwSt', rates: [19, 7], isIncluded: true },
  servicePercent: 0,
  date: 'DD.MM.YYYY',
  time: 'hh:mm',
  phone: '0## / ### ## ##',
  registration: ['USt-IdNr. DE#########', 'St.-Nr. ##/###/#####', 'HRB ##### Amtsgericht'],
  plate: '@ @@ ####',
  labels: {
    receipt: ['Kassenbeleg', 'Quittung', 'Rechnung', 'KUNDENBELEG', 'Bon'],
    invoice: ['Rechnung', 'RECHNUNG', 'Rechnung / Lieferschein'],
    number: ['Beleg-Nr.', 'Bon-Nr.', 'Rechnungs-Nr.', 'TA-Nr.'],
    date: 'Datum',
    time: 'Uhrzeit',
    cashier: ['Es bediente Sie', 'Bediener', 'Kasse', 'Kassierer'],
    table: 'Tisch',
    guests: 'Gäste',
    item: ['Artikel', 'Bezeichnung', 'Position'],
    quantity: ['Menge', 'Anz.', 'Stk'],
    price: ['Einzel', 'E-Preis', 'Preis'],
    amount: ['EUR', 'Betrag', 'Gesamt'],
    subtotal: ['Zwischensumme', 'Zw.-Summe'],
    discount: ['Rabatt', 'Treuerabatt', 'Gutschein'],
    service: 'Bedienung',
    rounding: ['Rundung'],
    total: ['SUMME', 'Summe EUR', 'Gesamtbetrag', 'ZU ZAHLEN', 'Rechnungsbetrag'],
    cash: ['BAR', 'Gegeben Bar', 'Bar EUR'],
    card: ['EC-Karte', 'girocard', 'VISA', 'Kartenzahlung'],
    change: ['Rückgeld', 'RÜCKGELD BAR', 'Zurück'],
    itemCount: ['Anzahl Artikel', 'Posten'],
    taxSummary: ['Steuer-Aufstellung', 'Enthaltene Steuer'],
    net: 'Netto',
    pump: 'Säule',
    litres: 'Liter',
    unitOfFuel: 'EUR/l',
    taxi: 'Taxi-Quittung',
    driver: 'Fahrer',
    fare: 'Fahrpreis',
    distance: 'Strecke',
    parking: ['Parkschein', 'Parkquittung', 'PARKHAUS'],
    entry: 'Einfahrt',
    exit: 'Ausfahrt',
    duration: 'Parkdauer',
    paid: 'Bezahlt',
    customer: 'Kunde',
    billTo: 'Rechnung an',
    due: 'Zahlbar binnen 14 Tagen ohne Abzug',
    bank: 'IBAN DE## #### #### #### #### ##',
    approved: ['Zahlung erfolgt', 'Genehmigungs-Nr. ######', '** Autorisierung erfolgt **'],
    merchant: 'VU-Nr.',
    terminal: 'Terminal-ID',
    signature: 'Unterschrift',
    copy: ['KUNDENBELEG', 'HÄNDLERBELEG', '*** Kopie ***'],
    stamp: ['BEZAHLT', 'EINGEGANGEN', 'GEBUCHT', 'KOPIE'],
    phone: 'Tel.',
  },
  shops: words(`
    % Frischemarkt; Bäckerei %; % Getränkemarkt; Drogerie %; Eisenwaren %; Buchhandlung %; % Baumarkt GmbH;
    Apotheke %; Metzgerei % OHG
  `),
  eateries: words('Gasthaus %; Café %; Zum %; Brauhaus %; Pizzeria %; Biergarten %'),
  stations: words('Tankstelle %; Autohof %; % Mineralöl GmbH'),
  names: words(`
    Adler; Birkner; Clausen; Dornfeld; Eichholz; Fürstenau; Grünwald; Hirsch; Immenhof; Jäger; Krone; Lindner;
    Möhring; Neumann; Ochsen; Pfeiffer
  `),
  streets: words(`
    Hauptstraße ##; Bahnhofstr. ###; Am Markt #; Schillerstraße ##; Lange Gasse #; Gewerbepark ##;
    Ringstr. ##a; Kirchplatz #
  `),
  cities: words(`
    80331 München; 50667 Köln; 10115 Berlin; 01067 Dresden; 79098 Freiburg; 28195 Bremen; 90402 Nürnberg;
    33602 Bielefeld
  `),
  staff: words('Fr. Müller; Hr. Schäfer; Kasse 2; Anja; SB-Kasse; Jens'),
  goods: wares(`
    VOLLMILCH 3,5% 1L|119; BROETCHEN|35; BIO-EIER 10ER|329; GOUDA JUNG 400G|279; BUTTER 250G|229;
    ROGGENMISCHBROT|345; APFELSAFT 1L|149; KARTOFFELN 2,5KG|299; WASCHMITTEL 20WL|495; ZAHNPASTA 75ML|95;
    KÜCHENROLLE 4ER|245; SCHRAUBEN 4X40|449; DÜBEL S8 50ST|529; MINERALWASSER 12X|499; PFAND 0,25 EUR|25;
    GURKE STK|69; PAPRIKA ROT|189; KAFFEE GEM. 500G|549; NUSS-NOUGAT 400G|299; MÜLLBEUTEL 35L|165;
    SCHOKOLADE|109; HACKFLEISCH GEM.|399; TASCHENBUCH|1200; BATTERIE AA 4ER|399
  `),
  dishes: wares(`
    Schnitzel Wiener Art|1490; Helles 0,5l|420; Apfelschorle 0,4|380; Käsespätzle|1150; Schweinebraten|1390;
    Cappuccino|340; Espresso|240; Apfelstrudel|590; Brezn|180; Pizza Funghi|990; Salat gemischt|560;
    Weißbier 0,5l|430; Radler 0,5l|410; Obatzda|790
  `),
  fuels: wares('Super E10|174; Super E5|180; Diesel|166; Super Plus|189'),
  services: wares(`
    Wartung Heizung|14900; Arbeitszeit Std.|5800; Ersatzteil Pumpe|8740; Anfahrt pauschal|3900;
    Lackierung Tür|21500; Satz und Druck|16800; Reinigung monatl.|9900; Entsorgung|2500
  `),
  closings: [
    ['Vielen Dank für Ihren Einkauf'],
    ['Vielen Dank für Ihren Besuch!', 'Auf Wiedersehen'],
    ['Umtausch nur mit Kassenbon', 'innerhalb von 14 Tagen'],
    ['TSE-Signatur: 4fK8x0Qm2zYt', 'TSE-Zähler: 48213', 'Seriennr. 9A:41:C7:0E'],
    ['Öffnungszeiten Mo-Sa 8-20 Uhr', 'www.einkauf-regional.de'],
  ],
  handwriting: words('Bewirtung; privat; Herr Kunz; erl. 12.3.; Kst. 410; danke'),
};
