/** Months in the order of the year; every form that stands in a date (nominative, genitive, abbreviated), apart by `|`. */
export const MONTHS: Readonly<Record<string, readonly string[]>> = {
  en: ['january|jan', 'february|feb', 'march|mar', 'april|apr', 'may', 'june|jun', 'july|jul', 'august|aug', 'september|sept|sep', 'october|oct', 'november|nov', 'december|dec'],
  de: ['januar|jänner|jän', 'februar|feber', 'märz|mär|mrz', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober|okt', 'november', 'dezember|dez'],
  fr: ['janvier|janv', 'février|févr|fév', 'mars', 'avril|avr', 'mai', 'juin', 'juillet|juil', 'août', 'septembre|sept', 'octobre', 'novembre', 'décembre|déc'],
  es: ['enero|ene', 'febrero', 'marzo', 'abril|abr', 'mayo', 'junio', 'julio', 'agosto|ago', 'septiembre|setiembre', 'octubre', 'noviembre', 'diciembre|dic'],
  it: ['gennaio|gen', 'febbraio', 'marzo', 'aprile', 'maggio|mag', 'giugno|giu', 'luglio|lug', 'agosto', 'settembre|set', 'ottobre|ott', 'novembre', 'dicembre'],
  pt: ['janeiro', 'fevereiro|fev', 'março', 'abril', 'maio|mai', 'junho', 'julho', 'agosto', 'setembro', 'outubro|out', 'novembro', 'dezembro|dez'],
  ca: ['gener', 'febrer', 'març', 'abril', 'maig', 'juny', 'juliol', 'agost', 'setembre', 'octubre', 'novembre', 'desembre'],
  nl: ['januari', 'februari', 'maart|mrt', 'april', 'mei', 'juni', 'juli', 'augustus', 'september', 'oktober', 'november', 'december'],
  sv: ['januari', 'februari', 'mars', 'april', 'maj', 'juni', 'juli', 'augusti', 'september', 'oktober', 'november', 'december'],
  da: ['januar', 'februar', 'marts', 'april', 'maj', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'december'],
  no: ['januar', 'februar', 'mars', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'desember|des'],
  is: ['janúar', 'febrúar', 'mars', 'apríl', 'maí', 'júní', 'júlí', 'ágúst', 'september', 'október', 'nóvember', 'desember'],
  fi: ['tammikuuta|tammikuu', 'helmikuuta|helmikuu', 'maaliskuuta|maaliskuu', 'huhtikuuta|huhtikuu', 'toukokuuta|toukokuu', 'kesäkuuta|kesäkuu', 'heinäkuuta|heinäkuu', 'elokuuta|elokuu', 'syyskuuta|syyskuu', 'lokakuuta|lokakuu', 'marraskuuta|marraskuu', 'joulukuuta|joulukuu'],
  et: ['jaanuar', 'veebruar', 'märts', 'aprill', 'mai', 'juuni', 'juuli', 'august', 'september', 'oktoober', 'november', 'detsember'],
  lv: ['janvāris|janvārī', 'februāris|februārī', 'marts|martā', 'aprīlis|aprīlī', 'maijs|maijā', 'jūnijs|jūnijā', 'jūlijs|jūlijā', 'augusts|augustā', 'septembris|septembrī', 'oktobris|oktobrī', 'novembris|novembrī', 'decembris|decembrī'],
  lt: ['sausio', 'vasario', 'kovo', 'balandžio', 'gegužės', 'birželio', 'liepos', 'rugpjūčio', 'rugsėjo', 'spalio', 'lapkričio', 'gruodžio'],
  pl: ['stycznia|styczeń|sty', 'lutego|luty|lut', 'marca|marzec', 'kwietnia|kwiecień|kwi', 'maja|maj', 'czerwca|czerwiec|cze', 'lipca|lipiec|lip', 'sierpnia|sierpień|sie', 'września|wrzesień|wrz', 'października|październik|paź', 'listopada|listopad|lis', 'grudnia|grudzień|gru'],
  cs: ['ledna|leden', 'února|únor', 'března|březen', 'dubna|duben', 'května|květen', 'června|červen', 'července|červenec', 'srpna|srpen', 'září', 'října|říjen', 'listopadu|listopad', 'prosince|prosinec'],
  sk: ['januára|január', 'februára|február', 'marca|marec', 'apríla|apríl', 'mája|máj', 'júna|jún', 'júla|júl', 'augusta', 'septembra', 'októbra|október', 'novembra', 'decembra'],
  hr: ['siječnja|siječanj', 'veljače|veljača', 'ožujka|ožujak', 'travnja|travanj', 'svibnja|svibanj', 'lipnja|lipanj', 'srpnja|srpanj', 'kolovoza|kolovoz', 'rujna|rujan', 'listopada|listopad', 'studenoga|studeni', 'prosinca|prosinac'],
  sl: ['januarja', 'februarja', 'marca', 'aprila', 'maja', 'junija', 'julija', 'avgusta', 'septembra', 'oktobra', 'novembra', 'decembra'],
  hu: ['január|jan', 'február|febr', 'március|márc', 'április|ápr', 'május|máj', 'június|jún', 'július|júl', 'augusztus', 'szeptember|szept', 'október', 'november', 'december'],
  ro: ['ianuarie|ian', 'februarie', 'martie', 'aprilie', 'mai', 'iunie|iun', 'iulie|iul', 'august', 'septembrie', 'octombrie', 'noiembrie|noi', 'decembrie'],
  sq: ['janar', 'shkurt', 'mars', 'prill', 'maj', 'qershor', 'korrik', 'gusht', 'shtator', 'tetor', 'nëntor', 'dhjetor'],
  tr: ['ocak|oca', 'şubat|şub', 'mart', 'nisan|nis', 'mayıs', 'haziran|haz', 'temmuz|tem', 'ağustos|ağu', 'eylül|eyl', 'ekim|eki', 'kasım|kas', 'aralık|ara'],
  az: ['yanvar', 'fevral', 'mart', 'aprel', 'may', 'iyun', 'iyul', 'avqust', 'sentyabr', 'oktyabr', 'noyabr', 'dekabr'],
  el: ['ιανουαρίου|ιανουάριος|ιαν', 'φεβρουαρίου|φεβρουάριος|φεβ', 'μαρτίου|μάρτιος|μαρ', 'απριλίου|απρίλιος|απρ', 'μαΐου|μάιος|μαΐ', 'ιουνίου|ιούνιος|ιουν', 'ιουλίου|ιούλιος|ιουλ', 'αυγούστου|αύγουστος|αυγ', 'σεπτεμβρίου|σεπτέμβριος|σεπ', 'οκτωβρίου|οκτώβριος|οκτ', 'νοεμβρίου|νοέμβριος|νοε', 'δεκεμβρίου|δεκέμβριος|δεκ'],
  ru: ['января|январь|янв', 'февраля|февраль|фев', 'марта|март|мар', 'апреля|апрель|апр', 'мая|май', 'июня|июнь|июн', 'июля|июль|июл', 'августа|август|авг', 'сентября|сентябрь|сен|сент', 'октября|октябрь|окт', 'ноября|ноябрь|ноя|нояб', 'декабря|декабрь|дек'],
  uk: ['січня|січень|січ', 'лютого|лютий|лют', 'березня|березень|бер', 'квітня|квітень|квіт', 'травня|травень|трав', 'червня|червень|черв', 'липня|липень|лип', 'серпня|серпень|серп', 'вересня|вересень|вер', 'жовтня|жовтень|жовт', 'листопада|листопад|лист', 'грудня|грудень|груд'],
  be: ['студзеня', 'лютага', 'сакавіка', 'красавіка', 'мая', 'чэрвеня', 'ліпеня', 'жніўня', 'верасня', 'кастрычніка', 'лістапада', 'снежня'],
  bg: ['януари', 'февруари', 'март', 'април', 'май', 'юни', 'юли', 'август', 'септември', 'октомври', 'ноември', 'декември'],
  sr: ['januara|јануара|јануар', 'februara|фебруара|фебруар', 'marta|марта|mart', 'aprila|априла', 'maja|маја|мај', 'juna|јуна|јун', 'jula|јула|јул', 'avgusta|августа', 'septembra|септембра|септембар', 'oktobra|октобра|октобар', 'novembra|новембра|новембар', 'decembra|децембра|децембар'],
  kk: ['қаңтар', 'ақпан', 'наурыз', 'сәуір', 'мамыр', 'маусым', 'шілде', 'тамыз', 'қыркүйек', 'қазан', 'қараша', 'желтоқсан'],
  id: ['januari', 'februari', 'maret', 'april', 'mei', 'juni', 'juli', 'agustus|agu', 'september', 'oktober', 'november', 'desember'],
  ms: ['januari', 'februari', 'mac', 'april', 'mei', 'jun', 'julai', 'ogos', 'september', 'oktober', 'november', 'disember'],
  sw: ['januari', 'februari', 'machi', 'aprili', 'mei', 'juni', 'julai', 'agosti', 'septemba', 'oktoba', 'novemba', 'desemba'],
  hi: ['जनवरी|जन', 'फरवरी|फ़रवरी|फर', 'मार्च', 'अप्रैल', 'मई', 'जून', 'जुलाई', 'अगस्त', 'सितंबर|सितम्बर|सित', 'अक्टूबर|अक्तूबर', 'नवंबर|नवम्बर', 'दिसंबर|दिसम्बर'],
  mr: ['जानेवारी|जाने', 'फेब्रुवारी|फेब्रु', 'मार्च', 'एप्रिल', 'मे', 'जून', 'जुलै', 'ऑगस्ट', 'सप्टेंबर', 'ऑक्टोबर', 'नोव्हेंबर', 'डिसेंबर'],
  ne: ['जनवरी', 'फेब्रुअरी|फेब्रुवरी', 'मार्च', 'अप्रिल', 'मे', 'जुन', 'जुलाई', 'अगस्ट|अगष्ट', 'सेप्टेम्बर', 'अक्टोबर', 'नोभेम्बर', 'डिसेम्बर'],
  bn: ['জানুয়ারি|জানুয়ারী', 'ফেব্রুয়ারি|ফেব্রুয়ারী', 'মার্চ', 'এপ্রিল', 'মে', 'জুন', 'জুলাই', 'আগস্ট|অগস্ট', 'সেপ্টেম্বর', 'অক্টোবর', 'নভেম্বর', 'ডিসেম্বর'],
  as: ['জানুৱাৰী', 'ফেব্ৰুৱাৰী', 'মাৰ্চ', 'এপ্ৰিল', 'মে', 'জুন', 'জুলাই', 'আগষ্ট', 'ছেপ্টেম্বৰ', 'অক্টোবৰ', 'নৱেম্বৰ', 'ডিচেম্বৰ'],
  gu: ['જાન્યુઆરી', 'ફેબ્રુઆરી', 'માર્ચ', 'એપ્રિલ', 'મે', 'જૂન', 'જુલાઈ', 'ઓગસ્ટ', 'સપ્ટેમ્બર', 'ઓક્ટોબર', 'નવેમ્બર', 'ડિસેમ્બર'],
  pa: ['ਜਨਵਰੀ', 'ਫਰਵਰੀ|ਫ਼ਰਵਰੀ', 'ਮਾਰਚ', 'ਅਪ੍ਰੈਲ', 'ਮਈ', 'ਜੂਨ', 'ਜੁਲਾਈ', 'ਅਗਸਤ', 'ਸਤੰਬਰ', 'ਅਕਤੂਬਰ', 'ਨਵੰਬਰ', 'ਦਸੰਬਰ'],
  or: ['ଜାନୁଆରୀ', 'ଫେବୃଆରୀ', 'ମାର୍ଚ୍ଚ', 'ଅପ୍ରେଲ', 'ମଇ', 'ଜୁନ', 'ଜୁଲାଇ', 'ଅଗଷ୍ଟ', 'ସେପ୍ଟେମ୍ବର', 'ଅକ୍ଟୋବର', 'ନଭେମ୍ବର', 'ଡିସେମ୍ବର'],
  ta: ['ஜனவரி', 'பிப்ரவரி', 'மார்ச்', 'ஏப்ரல்', 'மே', 'ஜூன்', 'ஜூலை', 'ஆகஸ்ட்|ஆகஸ்டு', 'செப்டம்பர்', 'அக்டோபர்', 'நவம்பர்', 'டிசம்பர்'],
  te: ['జనవరి', 'ఫిబ్రవరి', 'మార్చి', 'ఏప్రిల్', 'మే', 'జూన్', 'జులై|జూలై', 'ఆగస్టు|ఆగస్ట్', 'సెప్టెంబర్|సెప్టెంబరు', 'అక్టోబర్|అక్టోబరు', 'నవంబర్|నవంబరు', 'డిసెంబర్|డిసెంబరు'],
  kn: ['ಜನವರಿ', 'ಫೆಬ್ರವರಿ|ಫೆಬ್ರುವರಿ', 'ಮಾರ್ಚ್', 'ಏಪ್ರಿಲ್', 'ಮೇ', 'ಜೂನ್', 'ಜುಲೈ', 'ಆಗಸ್ಟ್', 'ಸೆಪ್ಟೆಂಬರ್', 'ಅಕ್ಟೋಬರ್', 'ನವೆಂಬರ್', 'ಡಿಸೆಂಬರ್'],
  ml: ['ജനുവരി', 'ഫെബ്രുവരി', 'മാർച്ച്', 'ഏപ്രിൽ', 'മേയ്|മെയ്', 'ജൂൺ', 'ജൂലൈ', 'ഓഗസ്റ്റ്|ആഗസ്റ്റ്', 'സെപ്റ്റംബർ|സെപ്തംബർ', 'ഒക്ടോബർ', 'നവംബർ', 'ഡിസംബർ'],
  si: ['ජනවාරි', 'පෙබරවාරි', 'මාර්තු', 'අප්‍රේල්|අප්රේල්', 'මැයි', 'ජූනි', 'ජූලි', 'අගෝස්තු', 'සැප්තැම්බර්', 'ඔක්තෝබර්', 'නොවැම්බර්', 'දෙසැම්බර්'],
  ar: ['يناير|كانون الثاني|جانفي', 'فبراير|شباط|فيفري', 'مارس|آذار', 'أبريل|ابريل|إبريل|نيسان|أفريل', 'مايو|أيار|ماي', 'يونيو|يونيه|حزيران|جوان', 'يوليو|يوليه|تموز|جويلية', 'أغسطس|اغسطس|آب|أوت', 'سبتمبر|أيلول', 'أكتوبر|اكتوبر|تشرين الأول', 'نوفمبر|تشرين الثاني', 'ديسمبر|كانون الأول'],
  fa: ['ژانویه', 'فوریه', 'مارس', 'آوریل', 'مه|می', 'ژوئن', 'ژوئیه|جولای', 'اوت|آگوست', 'سپتامبر', 'اکتبر', 'نوامبر', 'دسامبر'],
  ur: ['جنوری', 'فروری', 'مارچ', 'اپریل', 'مئی', 'جون', 'جولائی', 'اگست', 'ستمبر', 'اکتوبر', 'نومبر', 'دسمبر'],
  he: ['בינואר|ינואר', 'בפברואר|פברואר', 'במרץ|מרץ|מרס|במרס', 'באפריל|אפריל', 'במאי|מאי', 'ביוני|יוני', 'ביולי|יולי', 'באוגוסט|אוגוסט', 'בספטמבר|ספטמבר', 'באוקטובר|אוקטובר', 'בנובמבר|נובמבר', 'בדצמבר|דצמבר'],
  th: ['มกราคม|ม.ค.', 'กุมภาพันธ์|ก.พ.', 'มีนาคม|มี.ค.', 'เมษายน|เม.ย.', 'พฤษภาคม|พ.ค.', 'มิถุนายน|มิ.ย.', 'กรกฎาคม|ก.ค.', 'สิงหาคม|ส.ค.', 'กันยายน|ก.ย.', 'ตุลาคม|ต.ค.', 'พฤศจิกายน|พ.ย.', 'ธันวาคม|ธ.ค.'],
}; // prettier-ignore

/** Months of the Solar Hijri calendar (Iran, Afghanistan), which begins at the March equinox. */
export const SOLAR_HIJRI_MONTHS: readonly string[] = [
  'فروردین|حمل', 'اردیبهشت|ثور', 'خرداد|جوزا', 'تیر|سرطان', 'مرداد|اسد', 'شهریور|سنبله', 'مهر|میزان', 'آبان|عقرب', 'آذر|قوس', 'دی|جدی', 'بهمن|دلو', 'اسفند|حوت',
]; // prettier-ignore

/** Names of days, which say nothing that the date does not. */
export const WEEKDAYS: readonly string[] =
  `monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|thurs|thur|fri|sat|sun
montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so
lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo
lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|segunda|terça|quarta|quinta|sexta
maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag|søndag
maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai|sunnuntai|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela
pondělí|úterý|středa|čtvrtek|pátek|neděle|pondelok|utorok|streda|štvrtok|piatok|nedeľa|hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap
luni|marți|miercuri|joi|vineri|sâmbătă|duminică|pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar
δευτέρα|τρίτη|τετάρτη|πέμπτη|παρασκευή|σάββατο|κυριακή
понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс|понеділок|вівторок|середа|четвер|п'ятниця|субота|неділя|сряда|събота|петък|понеделник|четвъртък
senin|selasa|rabu|kamis|jumat|sabtu|minggu|isnin|khamis|jumaat|ahad|thứ hai|thứ ba|thứ tư|thứ năm|thứ sáu|thứ bảy|chủ nhật
सोमवार|मंगलवार|बुधवार|गुरुवार|बृहस्पतिवार|वीरवार|शुक्रवार|शनिवार|रविवार|मंगळवार|आइतबार|सोमबार|मङ्गलबार|बुधबार|बिहीबार|बिहिबार|शुक्रबार|शनिबार|आइतवार
সোমবার|মঙ্গলবার|বুধবার|বৃহস্পতিবার|শুক্রবার|শনিবার|রবিবার|রোববার
સોમવાર|મંગળવાર|બુધવાર|ગુરુવાર|શુક્રવાર|શનિવાર|રવિવાર|ਸੋਮਵਾਰ|ਮੰਗਲਵਾਰ|ਬੁੱਧਵਾਰ|ਵੀਰਵਾਰ|ਸ਼ੁੱਕਰਵਾਰ|ਸ਼ਨੀਵਾਰ|ਐਤਵਾਰ
திங்கள்|செவ்வாய்|புதன்|வியாழன்|வெள்ளி|சனி|ஞாயிறு|సోమవారం|మంగళవారం|బుధవారం|గురువారం|శుక్రవారం|శనివారం|ఆదివారం
ಸೋಮವಾರ|ಮಂಗಳವಾರ|ಬುಧವಾರ|ಗುರುವಾರ|ಶುಕ್ರವಾರ|ಶನಿವಾರ|ಭಾನುವಾರ|തിങ്കൾ|ചൊവ്വ|ബുധൻ|വ്യാഴം|വെള്ളി|ശനി|ഞായർ
الاثنين|الإثنين|الثلاثاء|الأربعاء|الاربعاء|الخميس|الجمعة|السبت|الأحد|الاحد
دوشنبه|سه‌شنبه|سه شنبه|چهارشنبه|چهار شنبه|پنجشنبه|پنج‌شنبه|پنج شنبه|جمعه|شنبه|یکشنبه|یک‌شنبه|پیر|منگل|بدھ|جمعرات|جمعہ|ہفتہ|اتوار
יום שני|יום שלישי|יום רביעי|יום חמישי|יום שישי|יום ראשון|שבת
星期一|星期二|星期三|星期四|星期五|星期六|星期日|星期天|周一|周二|周三|周四|周五|周六|周日|週一|週二|週三|週四|週五|週六|週日
月曜日|火曜日|水曜日|木曜日|金曜日|土曜日|日曜日|월요일|화요일|수요일|목요일|금요일|토요일|일요일
วันจันทร์|วันอังคาร|วันพุธ|วันพฤหัสบดี|วันศุกร์|วันเสาร์|วันอาทิตย์`.split(/[|\n]/);

/** Words of the first and the second half of the day. */
export const FORENOON: readonly string[] = 'पूर्वाह्न|सुबह|सकाळी|बिहान|সকাল|સવારે|ਸਵੇਰੇ|காலை|ఉదయం|ಬೆಳಿಗ್ಗೆ|രാവിലെ|صباحا|صباحاً|صبح|上午|凌晨|早上|午前|오전|π.μ.|öö'.split('|'); // prettier-ignore
export const AFTERNOON: readonly string[] = 'अपराह्न|दोपहर|शाम|रात|दुपारी|सायंकाळी|रात्री|दिउँसो|साँझ|राति|দুপুর|বিকেল|বিকাল|সন্ধ্যা|রাত|સાંજે|બપોરે|ਸ਼ਾਮ|மாலை|இரவு|సాయంత్రం|రాత్రి|ಸಂಜೆ|ರಾತ್ರಿ|വൈകിട്ട്|രാത്രി|مساء|مساءً|عصر|شب|شام|رات|下午|晚上|午後|오후|μ.μ.|öğleden sonra'.split('|'); // prettier-ignore

/** Words that stand between the parts of a date and say nothing. */
export const DATE_FILLERS: readonly string[] = `at|on|of|the|hrs|hours|hour|um|uhr|am|den|der|vom|à|le|du|à|h|a las|las|a la|a|de|del|el|horas|hs|alle|ore|il|às|em|om|klo|kello|kl|kl.|den|o godz|godz|godzina|o|v|ve|saat|στις|ώρα|в|г|г.|года|году|р|р.|року|ч|час|часа|година|pukul|jam|wib|lúc|ngày|giờ|roku|
को|बजे|रोज|रोजी|वाजता|वा|गते|बजे|मा|সময়|টা|টায়|বার|વાગ્યે|ਵਜੇ|மணி|மணிக்கு|అర్ధ|గంటలకు|గం|ಗಂಟೆಗೆ|മണിക്ക്|
الساعة|في|يوم|ساعت|در|بجے|کو|בשעה|ב|点|時|分|시|분|น.|เวลา|วันที่|เมื่อ|พ.ศ.|ค.ศ.|ई|इ.स.|सन्|م|هـ|ه`.split(/[|\n]+/).filter((word) => word !== ''); // prettier-ignore

/** Time zones that news pages name, by the words they use. Ambiguous abbreviations mean what the news mean by them (IST: India). */
export const ZONES: Readonly<Record<string, string>> = {
  'gmt': '+00:00', 'utc': '+00:00', 'bst': '+01:00', 'wet': '+00:00', 'west': '+01:00', 'cet': '+01:00', 'cest': '+02:00', 'mez': '+01:00', 'mesz': '+02:00',
  'eet': '+02:00', 'eest': '+03:00', 'msk': '+03:00', 'мск': '+03:00', 'по мск': '+03:00', 'по московскому времени': '+03:00', 'московское время': '+03:00', 'trt': '+03:00',
  'est': '-05:00', 'edt': '-04:00', 'cst': '-06:00', 'cdt': '-05:00', 'mdt': '-06:00', 'pst': '-08:00', 'pdt': '-07:00', 'akst': '-09:00', 'hst': '-10:00',
  'ist': '+05:30', 'indian standard time': '+05:30', 'भारतीय समय': '+05:30', 'आईएसटी': '+05:30', 'भारतीय समयानुसार': '+05:30', 'pkt': '+05:00', 'npt': '+05:45', 'नेपाली समय': '+05:45', 'bdt': '+06:00',
  'jst': '+09:00', '日本時間': '+09:00', 'kst': '+09:00', '한국시간': '+09:00', 'hkt': '+08:00', 'sgt': '+08:00', 'myt': '+08:00', 'pht': '+08:00', 'awst': '+08:00', '北京时间': '+08:00', '北京時間': '+08:00', '台北時間': '+08:00', '香港時間': '+08:00', 'ict': '+07:00', 'wib': '+07:00', 'wita': '+08:00',
  'aest': '+10:00', 'aedt': '+11:00', 'acst': '+09:30', 'nzst': '+12:00', 'nzdt': '+13:00', 'sast': '+02:00', 'brt': '-03:00', 'irst': '+03:30',
  'بتوقيت غرينتش': '+00:00', 'توقيت غرينتش': '+00:00', 'غرينتش': '+00:00', 'جرينتش': '+00:00', 'بتوقيت جرينتش': '+00:00', 'بتوقيت مكة المكرمة': '+03:00', 'بتوقيت مكة': '+03:00', 'بتوقيت السعودية': '+03:00', 'بتوقيت الإمارات': '+04:00', 'به وقت تهران': '+03:30', 'به وقت گرینویچ': '+00:00', 'گرینویچ': '+00:00', 'ग्रीनविच': '+00:00', 'जीएमटी': '+00:00', 'greenwich': '+00:00', 'по гринвичу': '+00:00', 'гринвич': '+00:00',
  'hora de brasília': '-03:00', 'horário de brasília': '-03:00',
}; // prettier-ignore
