import { ENGLISH } from './labels.js';
import { type Locale, wares, words } from './locale.js';

export const britain: Locale = {
  id: 'britain',
  currency: { symbol: '£', decimals: 2, decimalMark: '.', groupMark: ',', isTrailing: false },
  cash: { unit: 1, notes: [500, 1000, 2000, 5000] },
  tax: { name: 'VAT', rates: [20, 5], isIncluded: true },
  servicePercent: 12.5,
  date: 'DD/MM/YY',
  time: 'hh:mm',
  phone: '01### ######',
  registration: ['VAT No. GB ### #### ##', 'Company No. 0#######', 'VAT Reg: ### #### ##'],
  plate: '@@## @@@',
  labels: ENGLISH,
  shops: words(`
    % & Sons Ltd; % Stores; % Garden Centre; % Pharmacy; The % Bookshop; % Hardware; % Farm Shop;
    % Convenience
  `),
  eateries: words('The % Arms; % Fish & Chips; Café %; The % Tea Rooms; % Kitchen; % Brasserie'),
  stations: words('% Service Station; % Filling Station; % Motorway Services'),
  names: words(`
    Ashcombe; Bellweather; Copperfield; Dunmore; Elmhurst; Fairlie; Greystone; Hollins; Inglewood; Kingsley;
    Larkrise; Marlowe; Nettleton; Oakridge; Penrose; Quayside
  `),
  streets: words(`
    ## High Street; # Market Place; ### London Road; ## Station Road; Unit #, Mill Lane; ## Church Street;
    # The Parade; ## Victoria Road
  `),
  cities: words(`
    Leeds LS1 4DT; Bath BA1 1LN; York YO1 7HH; Exeter EX4 3SR; Norwich NR2 1TF; Cardiff CF10 1EP;
    Oxford OX1 3AS; Kendal LA9 4DH
  `),
  staff: words('Emma; Jack; SELF 04; Priya; Oliver T; Till 3; Gemma'),
  goods: wares(`
    SEMI SKIMMED MILK 4PT|155; WHOLEMEAL BREAD 800G|125; FREE RANGE EGGS X12|310; CHEDDAR MATURE 350G|375;
    TEA BAGS 160S|480; BANANAS LOOSE|96; BAKED BEANS 4PK|350; WASH UP LIQUID 500ML|129; CRISPS MULTIPACK|225;
    PLAIN FLOUR 1.5KG|110; CHICKEN THIGHS 1KG|449; AA BATTERIES 8PK|799; COMPOST 50L|650;
    PAINT MAGNOLIA 2.5L|1800; PARACETAMOL 16|65; GREETING CARD|249; PAPERBACK|899; LIGHT BULB E27|350;
    SCREWS 4X40 200PK|599; CARROTS 1KG|60; ORANGE JUICE 1L|145; DIGESTIVES 400G|130; SALAD TOMATOES|95;
    NEWSPAPER|220
  `),
  dishes: wares(`
    Fish & chips|1495; Pint best bitter|480; Sunday roast beef|1650; Cream tea|795; Flat white|330;
    Lime & soda|180; Steak & ale pie|1450; Sticky toffee pud|695; Soup of the day|625; Lge Sauvignon|790;
    Side chips|375; Halloumi burger|1295; Pot of tea|290; Scone, jam|350
  `),
  fuels: wares('UNLEADED|146; DIESEL|153; SUPER UNLEADED|162'),
  services: wares(`
    Boiler service|8900; Labour (hours)|4500; Replacement valve|3250; Web hosting, annual|12000;
    Window cleaning|3500; MOT test|5485; Oil & filter change|7900; Logo design|25000; Call-out charge|6000
  `),
  closings: [
    ['Thank you for shopping with us'],
    ['THANK YOU FOR YOUR CUSTOM', 'PLEASE CALL AGAIN'],
    ['Please keep your receipt as', 'proof of purchase. Refunds', 'within 28 days.'],
    ['Tell us how we did today', 'and win a gift card:', 'www.howwasyourvisit.co.uk'],
    ['YOU COULD HAVE EARNED POINTS', 'Join our club at the counter'],
  ],
  handwriting: words('expenses; Ref 2210; paid cash; lunch w/ Dave; thanks!; ok JB; Proj. 14'),
};

export const america: Locale = {
  ...britain,
  id: 'america',
  currency: { symbol: '$', decimals: 2, decimalMark: '.', groupMark: ',', isTrailing: false },
  cash: { unit: 1, notes: [100, 500, 1000, 2000, 5000, 10000] },
  tax: { name: 'TAX', rates: [6.25, 7, 8.875, 9.5], isIncluded: false },
  servicePercent: 0,
  date: 'MM/DD/YYYY',
  time: 'hh:mm',
  phone: '(###) 555-01##',
  registration: ['Store #0###', 'ST# 0####  OP# 00####', 'TC# #### #### #### ####'],
  plate: '@@@ ####',
  labels: {
    ...ENGLISH,
    receipt: ['SALES RECEIPT', 'RECEIPT', 'GUEST CHECK'],
    taxSummary: ['TAX SUMMARY'],
    litres: 'GAL',
    unitOfFuel: '/ GAL',
    parking: ['PARKING RECEIPT', 'CITY PARKING'],
    bank: 'Routing ######### Acct ########',
    copy: ['CUSTOMER COPY', 'MERCHANT COPY'],
  },
  shops: words(`
    % SUPERMARKET; % DRUGS; % HARDWARE CO.; % OUTFITTERS; % DISCOUNT STORES; % BOOKS & MUSIC; % FARMS MARKET
  `),
  eateries: words('% DINER; % GRILL & BAR; % PIZZA; % COFFEE ROASTERS; % TAQUERIA; THE % STEAKHOUSE'),
  stations: words('% GAS & GO; % TRUCK STOP; % FUEL MART'),
  names: words(`
    MAPLE; SUNRISE; RIVERBEND; CEDAR POINT; GOLDEN STATE; LAKESIDE; BLUEBIRD; PINE RIDGE; CROSSROADS; HARBOR;
    MESA; UNION; TWIN OAKS; PRAIRIE; SUMMIT; BAYOU
  `),
  streets: words(`
    #### W MAIN ST; ### N 5TH AVE; #### SUNSET BLVD; ## ELM STREET; ### E COLLEGE RD; #### STATE HWY ##;
    ### MARKET ST STE #; #### PINE AVE
  `),
  cities: words(`
    AUSTIN, TX 787##; PORTLAND, OR 972##; SPRINGFIELD, IL 627##; DENVER, CO 802##; MADISON, WI 537##;
    TAMPA, FL 336##; BOISE, ID 837##; ALBANY, NY 122##
  `),
  staff: words('MARIA; CHRIS; SCO 12; TYLER; Ashley; DEB'),
  goods: wares(`
    GV WHL MILK GAL|348; BNLS CHKN BRST|1142; BANANAS|137; ORG BABY SPINACH|398; PNT BTTR CRNCHY|298;
    COKE 12PK 12OZ|698; TORTILLA FLOUR 10|248; PAPER TWL 6CT|1097; DOG FOOD 15LB|1898; AAA BATTERY 8CT|898;
    IBUPROFEN 100CT|597; T-SHIRT MENS L|1299; DUCT TAPE|548; EGGS LG DZ|412; AVOCADO HASS|88; YOGURT 4PK|324;
    CEREAL OATS|436; FRZ PIZZA PEPP|649; BODY WASH 18OZ|597; LT BULB 60W 4PK|784; NOTEBOOK 70PG|97;
    GIFT BAG MED|300; SALSA MED 16OZ|268; GROUND BEEF 80/20|986
  `),
  dishes: wares(`
    Cheeseburger|1299; Fries Lg|449; Iced Tea|299; Caesar Salad|1150; NY Strip 12oz|2899; Drip Coffee|325;
    Latte 16oz|525; Street Tacos (3)|1075; IPA Draft|700; Pepperoni 14"|1850; Wings 10pc|1399; Kids Mac|699;
    Diet Coke|299; Key Lime Pie|800
  `),
  fuels: wares('REGULAR|349; PLUS|389; PREMIUM|425; DIESEL #2|412'),
  services: wares(`
    Labor, 2 hrs|18000; Brake pads front|8995; Shop supplies|1250; Web design phase 1|95000;
    Lawn service, weekly|5500; Consultation|15000; Materials|23440; Tire rotation|2499
  `),
  closings: [
    ['THANK YOU FOR SHOPPING', 'HAVE A GREAT DAY'],
    ['GET SURVEYED AND SAVE', 'Go to survey.example.com', 'within 7 days'],
    ['RETURNS ACCEPTED WITHIN 30 DAYS', 'WITH ORIGINAL RECEIPT'],
    ['Suggested gratuity', '18%   20%   22%', 'Thank you!'],
    ['LOW PRICES YOU CAN TRUST.', 'EVERY DAY.'],
  ],
  handwriting: words('tip 5.00; Biz lunch; reimburse; Thank you!; PO 4471; Mike'),
};
