import { type Locale, wares, words } from './locale.js';

export const france: Locale = {
  id: 'france',
  currency: { symbol: '€', decimals: 2, decimalMark: ',', groupMark: ' ', isTrailing: true },
  cash: { unit: 1, notes: [500, 1000, 2000, 5000] },
  tax: { name: 'TVA', rates: [5.5, 10, 20], isIncluded: true },
  servicePercent: 0,
  date: 'DD/MM/YYYY',
  time: 'hh:mm',
  phone: '0# ## ## ## ##',
  registration: ['SIRET ### ### ### #####', 'N° TVA FR ## #########', 'RCS Lyon ### ### ###'],
  plate: '@@-###-@@',
  labels: {
    receipt: ['TICKET DE CAISSE', 'REÇU', 'NOTE', 'TICKET CLIENT'],
    invoice: ['FACTURE', 'Facture'],
    number: ['Ticket n°', 'Facture N°', 'Trans.'],
    date: 'Date',
    time: 'Heure',
    cashier: ['Vendeur', 'Caissier', 'Servi par', 'Hôtesse'],
    table: 'Table',
    guests: 'Couverts',
    item: ['Article', 'Désignation', 'Libellé'],
    quantity: ['Qté', 'QTE'],
    price: ['P.U.', 'Prix unit.'],
    amount: ['Montant', 'Total', 'EUR'],
    subtotal: ['SOUS-TOTAL', 'Sous-total'],
    discount: ['Remise fidélité', 'REMISE', "Bon d'achat"],
    service: 'Service',
    rounding: ['Arrondi'],
    total: ['TOTAL TTC', 'TOTAL À PAYER', 'Net à payer', 'TOTAL EUR'],
    cash: ['ESPÈCES', 'Espèces', 'Reçu espèces'],
    card: ['CARTE BANCAIRE', 'CB sans contact', 'VISA'],
    change: ['Rendu', 'RENDU MONNAIE', 'À rendre'],
    itemCount: ["Nbre d'articles", 'Articles'],
    taxSummary: ['DÉTAIL TVA', 'Récapitulatif TVA'],
    net: 'H.T.',
    pump: 'Pompe',
    litres: 'Litres',
    unitOfFuel: 'EUR/L',
    taxi: 'REÇU TAXI',
    driver: 'Chauffeur',
    fare: 'Prix course',
    distance: 'Distance',
    parking: ['TICKET DE STATIONNEMENT', 'HORODATEUR', 'PARKING'],
    entry: 'Entrée',
    exit: 'Sortie',
    duration: 'Durée',
    paid: 'Payé',
    customer: 'Client',
    billTo: 'Facturé à',
    due: 'Règlement à 30 jours fin de mois',
    bank: 'IBAN FR## #### #### #### #### ####',
    approved: ['PAIEMENT ACCEPTÉ', 'Autorisation ######', 'TRANSACTION ACCEPTÉE'],
    merchant: 'Commerçant',
    terminal: 'TPE',
    signature: 'Signature',
    copy: ['TICKET CLIENT', 'À CONSERVER', 'DUPLICATA'],
    stamp: ['PAYÉ', 'ACQUITTÉ', 'REÇU LE', 'COPIE'],
    phone: 'Tél.',
  },
  shops: words(`
    Boulangerie %; Épicerie %; Pharmacie %; Quincaillerie %; Librairie %; Marché %; Maison %; Supérette %
  `),
  eateries: words('Brasserie %; Le Bistrot %; Café %; Crêperie %; Auberge %; Chez %'),
  stations: words('Station %; Relais %; Garage %'),
  names: words(`
    Aubépine; Beaulieu; Charlemagne; Duval; Étoile; Fontaine; Gauthier; Horizon; Jacquard; Lavande; Mercier;
    Noël; Olivier; Perret; Rivoli; Sablon
  `),
  streets: words(`
    ## rue de la République; # place du Marché; ### avenue Foch; ## bd Voltaire; # quai des Brumes;
    ## rue Pasteur; #bis rue Neuve; ZA des Prés, lot ##
  `),
  cities: words(`
    69002 LYON; 75011 PARIS; 33000 BORDEAUX; 67000 STRASBOURG; 44000 NANTES; 31000 TOULOUSE; 13001 MARSEILLE;
    35000 RENNES
  `),
  staff: words('Sophie; Caisse 03; Julien; Amélie; M. Roux'),
  goods: wares(`
    BAGUETTE TRADITION|120; CROISSANT BEURRE|115; LAIT DEMI-ECR. 1L|109; OEUFS PLEIN AIR X6|229;
    COMTÉ 12 MOIS|689; BEURRE DOUX 250G|249; EAU GAZEUSE 1L|79; PÂTES 500G|115; SAUCISSON SEC|459;
    CAFÉ MOULU 250G|339; YAOURT NATURE X8|195; LESSIVE 25D|749; STYLO BILLE BLEU|180; CAHIER 96P|235;
    AMPOULE LED E27|490; PARACÉTAMOL 1G|218; POMMES GALA|267; TOMATES GRAPPE|312; VIN CÔTES DU RHÔNE|595;
    ROMAN POCHE|890; CHOCOLAT NOIR 70%|225; PAPIER TOIL. X6|299
  `),
  dishes: wares(`
    Plat du jour|1350; Steak frites|1690; Café allongé|250; Verre Chablis|590; Crème brûlée|650;
    Croque-monsieur|980; Salade chèvre|1190; Demi pression|390; Galette complète|920; Eau 50cl|350;
    Tarte tatin|690; Menu enfant|950; Café gourmand|790; Kir vin blanc|480
  `),
  fuels: wares('SP95-E10|178; SP98|189; GAZOLE|172; E85|88'),
  services: wares(`
    Main d'oeuvre (h)|5200; Déplacement|3500; Révision chaudière|12900; Pose carrelage m²|4200;
    Impression affiches|8600; Remplacement joint|2450; Nettoyage vitres|6500
  `),
  closings: [
    ['Merci de votre visite', 'À bientôt !'],
    ['Merci et bonne journée'],
    ['Échange sous 15 jours', 'sur présentation du ticket'],
    ['CARTE DE FIDÉLITÉ', 'Vous avez cumulé 34 points'],
    ['Ouvert du mardi au dimanche', 'de 7h à 19h30'],
  ],
  handwriting: words('note de frais; M. Petit; vu; repas 14/5; ok compta'),
};
