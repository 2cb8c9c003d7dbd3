/** How one language says how long ago something was: words before and after the number and its unit, apart by `|`. */
export interface RelativeWords {
  readonly before: string;
  readonly after: string;
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly week: string;
  readonly month: string;
  readonly one: string;
  readonly now: string;
  readonly today: string;
  readonly yesterday: string;
}

function words(
  before: string, after: string, one: string, minute: string, hour: string, day: string, week: string, month: string,
  now: string, today: string, yesterday: string,
): RelativeWords {
  return { before, after, one, minute, hour, day, week, month, now, today, yesterday };
} // prettier-ignore

/** By language: before, after, "one", minute, hour, day, week, month, "just now", today, yesterday. */
export const RELATIVE_WORDS: Readonly<Record<string, RelativeWords>> = {
  en: words('', 'ago', 'a|an|one', 'minutes|minute|mins|min|m', 'hours|hour|hrs|hr|h', 'days|day|d', 'weeks|week|w', 'months|month', 'just now|moments ago', 'today', 'yesterday'),
  de: words('vor', '', 'einer|einem', 'minuten|minute|min', 'stunden|stunde|std', 'tagen|tag', 'wochen|woche', 'monaten|monat', 'gerade eben|soeben', 'heute', 'gestern'),
  fr: words('il y a', '', 'une|un', 'minutes|minute|min', 'heures|heure|h', 'jours|jour', 'semaines|semaine', 'mois', "à l'instant|à l’instant", "aujourd'hui|aujourd’hui", 'hier'),
  es: words('hace', '', 'una|un', 'minutos|minuto|min', 'horas|hora|h', 'días|día', 'semanas|semana', 'meses|mes', 'ahora mismo', 'hoy', 'ayer'),
  it: words('', 'fa', 'una|un|un’', 'minuti|minuto|min', 'ore|ora', 'giorni|giorno', 'settimane|settimana', 'mesi|mese', 'adesso', 'oggi', 'ieri'),
  pt: words('há|faz', 'atrás', 'uma|um', 'minutos|minuto|min', 'horas|hora', 'dias|dia', 'semanas|semana', 'meses|mês', 'agora mesmo', 'hoje', 'ontem'),
  nl: words('', 'geleden', 'een|één', 'minuten|minuut|min', 'uur|uren', 'dagen|dag', 'weken|week', 'maanden|maand', 'zojuist', 'vandaag', 'gisteren'),
  sv: words('för', 'sedan', 'en|ett', 'minuter|minut|min', 'timmar|timme|tim', 'dagar|dag', 'veckor|vecka', 'månader|månad', 'just nu', 'idag|i dag', 'igår|i går'),
  da: words('for', 'siden', 'en|et', 'minutter|minut|min', 'timer|time', 'dage|dag|døgn', 'uger|uge', 'måneder|måned', 'lige nu', 'i dag', 'i går'),
  no: words('for', 'siden', 'en|ett', 'minutter|minutt|min', 'timer|time', 'dager|dag|døgn', 'uker|uke', 'måneder|måned', 'akkurat nå', 'i dag', 'i går'),
  fi: words('', 'sitten', 'yksi', 'minuuttia|minuutti|min', 'tuntia|tunti|t', 'päivää|päivä', 'viikkoa|viikko', 'kuukautta|kuukausi', 'juuri nyt', 'tänään', 'eilen'),
  pl: words('', 'temu', 'jedną|jeden', 'minut|minuty|minutę|min', 'godzin|godziny|godzinę|godz', 'dni|dzień', 'tygodni|tygodnie|tydzień', 'miesięcy|miesiące|miesiąc', 'przed chwilą', 'dziś|dzisiaj', 'wczoraj'),
  cs: words('před', '', 'jednou|jedním', 'minutami|minutou|min', 'hodinami|hodinou|hod', 'dny|dnem', 'týdny|týdnem', 'měsíci|měsícem', 'právě teď', 'dnes', 'včera'),
  ro: words('acum', 'în urmă', 'o|un', 'minute|minut|min', 'ore|oră', 'zile|zi', 'săptămâni|săptămână', 'luni|lună', 'chiar acum', 'astăzi|azi', 'ieri'),
  hu: words('', 'ezelőtt', 'egy', 'perccel|perce', 'órával|órája', 'nappal|napja', 'héttel|hete', 'hónappal', 'most', 'ma', 'tegnap'),
  tr: words('', 'önce', 'bir', 'dakika|dk', 'saat|sa', 'gün', 'hafta', 'ay', 'az önce|şimdi', 'bugün', 'dün'),
  el: words('πριν|πριν από', 'πριν', 'μία|μια|ένα', 'λεπτά|λεπτό', 'ώρες|ώρα', 'ημέρες|μέρες|ημέρα', 'εβδομάδες|εβδομάδα', 'μήνες|μήνα', 'μόλις τώρα', 'σήμερα', 'χθες'),
  ru: words('', 'назад', '', 'минут|минуты|минуту|мин', 'часов|часа|час|ч', 'дней|дня|день', 'недель|недели|неделю', 'месяцев|месяца|месяц', 'только что', 'сегодня', 'вчера'),
  uk: words('', 'тому', '', 'хвилин|хвилини|хвилину|хв', 'годин|години|годину|год', 'днів|дні|день', 'тижнів|тижні|тиждень', 'місяців|місяці|місяць', 'щойно', 'сьогодні', 'вчора|учора'),
  bg: words('преди', '', 'един|една', 'минути|минута|мин', 'часа|час', 'дни|ден', 'седмици|седмица', 'месеца|месец', 'току-що', 'днес', 'вчера'),
  id: words('', 'yang lalu|lalu', 'satu', 'menit', 'jam', 'hari', 'minggu', 'bulan', 'baru saja', 'hari ini', 'kemarin'),
  ms: words('', 'yang lalu|lalu', 'satu', 'minit', 'jam', 'hari', 'minggu', 'bulan', 'baru sahaja', 'hari ini', 'semalam'),
  vi: words('', 'trước', 'một', 'phút', 'giờ|tiếng', 'ngày', 'tuần', 'tháng', 'vừa xong', 'hôm nay', 'hôm qua'),
  sw: words('', 'zilizopita|iliyopita', 'moja', 'dakika', 'saa', 'siku', 'wiki', 'miezi|mwezi', 'sasa hivi', 'leo', 'jana'),
  hi: words('', 'पहले', 'एक', 'मिनट|मिनिट', 'घंटे|घंटा|घण्टे|घण्टा', 'दिन', 'हफ्ते|हफ़्ते|हफ्ता|सप्ताह', 'महीने|महीना|माह', 'अभी अभी|अभी', 'आज', ''),
  mr: words('', 'पूर्वी|आधी|अगोदर', 'एक', 'मिनिटांपूर्वी|मिनिटे|मिनिट', 'तासांपूर्वी|तासापूर्वी|तास', 'दिवसांपूर्वी|दिवस', 'आठवड्यांपूर्वी|आठवडे', 'महिन्यांपूर्वी|महिने', 'आत्ताच', 'आज', 'काल'),
  ne: words('', 'अघि|अगाडि|पहिले', 'एक', 'मिनेट|मिनेटअघि', 'घण्टा|घन्टा|घण्टाअघि', 'दिन|दिनअघि', 'हप्ता|साता', 'महिना', 'भर्खरै', 'आज', 'हिजो'),
  bn: words('', 'আগে|পূর্বে', 'এক', 'মিনিট', 'ঘণ্টা|ঘন্টা', 'দিন', 'সপ্তাহ', 'মাস', 'এইমাত্র', 'আজ', 'গতকাল'),
  gu: words('', 'પહેલાં|પહેલા', 'એક', 'મિનિટ', 'કલાક', 'દિવસ', 'અઠવાડિયા|સપ્તાહ', 'મહિના', 'હમણાં', 'આજે', ''),
  pa: words('', 'ਪਹਿਲਾਂ|ਪਹਿਲੇ', 'ਇੱਕ', 'ਮਿੰਟ', 'ਘੰਟੇ|ਘੰਟਾ', 'ਦਿਨ', 'ਹਫ਼ਤੇ|ਹਫਤੇ', 'ਮਹੀਨੇ', 'ਹੁਣੇ', 'ਅੱਜ', ''),
  ta: words('', 'முன்பு|முன்', 'ஒரு', 'நிமிடங்களுக்கு|நிமிடம்|நிமிடத்திற்கு', 'மணி நேரத்திற்கு|மணிநேரத்திற்கு|மணி நேரம்', 'நாட்களுக்கு|நாளைக்கு|நாள்', 'வாரங்களுக்கு|வாரத்திற்கு', 'மாதங்களுக்கு|மாதத்திற்கு', 'இப்போது', 'இன்று', 'நேற்று'),
  te: words('', 'క్రితం|కిందట', 'ఒక', 'నిమిషాల|నిమిషం', 'గంటల|గంట', 'రోజుల|రోజు', 'వారాల|వారం', 'నెలల|నెల', 'ఇప్పుడే', 'నేడు', 'నిన్న'),
  kn: words('', 'ಹಿಂದೆ', 'ಒಂದು', 'ನಿಮಿಷಗಳ|ನಿಮಿಷದ', 'ಗಂಟೆಗಳ|ಗಂಟೆಯ|ಗಂಟೆ', 'ದಿನಗಳ|ದಿನದ', 'ವಾರಗಳ|ವಾರದ', 'ತಿಂಗಳ', 'ಈಗಷ್ಟೇ', 'ಇಂದು', 'ನಿನ್ನೆ'),
  ml: words('', 'മുമ്പ്|മുൻപ്', 'ഒരു', 'മിനിറ്റ്|മിനിട്ട്', 'മണിക്കൂർ', 'ദിവസം', 'ആഴ്ച', 'മാസം', 'ഇപ്പോൾ', 'ഇന്ന്', 'ഇന്നലെ'),
  ar: words('منذ|قبل', '', '', 'دقائق|دقيقة|دقيقه', 'ساعات|ساعة|ساعه', 'أيام|ايام|يوما|يوم', 'أسابيع|أسبوع', 'أشهر|شهور|شهر', 'الآن', 'اليوم', 'أمس'),
  fa: words('', 'پیش|قبل', 'یک', 'دقیقه', 'ساعت', 'روز', 'هفته', 'ماه', 'هم‌اکنون', 'امروز', 'دیروز'),
  ur: words('', 'پہلے|قبل', 'ایک', 'منٹ', 'گھنٹے|گھنٹہ|گھنٹا', 'دن', 'ہفتے|ہفتہ', 'ماہ|مہینے', 'ابھی', 'آج', ''),
  he: words('לפני', '', '', 'דקות|דקה', 'שעות|שעה', 'ימים|יום', 'שבועות|שבוע', 'חודשים|חודש', 'עכשיו', 'היום', 'אתמול'),
  zh: words('', '前|以前|之前', '一', '分钟|分鐘', '小时|小時|个小时|個小時', '天|日', '周|週|星期', '个月|個月', '刚刚|剛剛', '今天', '昨天'),
  ja: words('', '前', '一', '分', '時間', '日', '週間', 'か月|ヶ月|カ月', 'たった今', '今日', '昨日'),
  ko: words('', '전', '한', '분', '시간', '일', '주', '개월|달', '방금', '오늘', '어제'),
  th: words('', 'ที่แล้ว|ที่ผ่านมา', 'หนึ่ง', 'นาที', 'ชั่วโมง', 'วัน', 'สัปดาห์', 'เดือน', 'เมื่อสักครู่', 'วันนี้', 'เมื่อวาน|เมื่อวานนี้'),
}; // prettier-ignore
