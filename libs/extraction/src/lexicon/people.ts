/** Words before a name that say that it is the author's; each language's apart by `|`. Those that are also ordinary words count only before a name. */
export const BYLINE_LABELS: readonly string[] =
  `by|written by|posted by|view all posts by|posts by|articles by|more by|view articles by|reported by|story by|text by|words by|author|authors|reporter|written|report by|reporting by
von|text von|ein bericht von|autor|autorin|autoren|par|écrit par|auteur|auteure|propos recueillis par|por|escrito por|texto|texto de|autor|autora|redactado por
di|scritto da|a cura di|autore|autrice|de|door|geschreven door|auteur|av|skriven av|text|tekst|af|skrevet af|skrevet av|tekst av|kirjoittaja|teksti|toimittaja
autor|autorka|opracowanie|tekst|napsal|napsala|szerző|írta|scris de|autor|yazan|yazar|haber|από|του|της|συντάκτης|γράφει ο|γράφει η
автор|авторы|текст|корреспондент|автори|автор текста|журналіст|аўтар|penulis|oleh|reporter|laporan|tác giả|na|mwandishi
लेखक|लेखिका|द्वारा|लेखन|रिपोर्टर|संवाददाता|लेखक के बारे में|रिपोर्ट|वार्ताहर|बातमीदार|लेखन|संवाददाता|प्रस्तुति|लिखित
লেখক|লেখিকা|প্রতিবেদক|লিখেছেন|প্রতিবেদন|নিজস্ব প্রতিবেদক|লেখা|লিখক
લેખક|દ્વારા|અહેવાલ|ਲੇਖਕ|ਵੱਲੋਂ|ਰਿਪੋਰਟ|எழுதியவர்|ஆசிரியர்|செய்தியாளர்|ఎழுத்தாளர்|రచయిత|రాసినవారు|రచన|విలేకరి|ಲೇಖಕ|ಲೇಖಕರು|ಬರಹ|ವರದಿ|ലേഖകൻ|ലേഖിക|തയ്യാറാക്കിയത്|എഴുതിയത്|ଲେଖକ|කර්තෘ
بقلم|كتب|كتبت|الكاتب|الكاتبة|المؤلف|إعداد|تقرير|تحرير|نویسنده|به قلم|گزارش|گزارشگر|خبرنگار|نگارنده|تحریر|رپورٹ|مصنف|نامہ نگار|از|رپورٹر|لیکوال
מאת|כתב|כתבת|记者|作者|撰文|文|采写|记者|通讯员|本报记者|記者|撰文|文／|記者|執筆|文|筆者|取材|ライター|기자|글|작성자|글쓴이|ผู้เขียน|โดย|เรื่อง|ผู้สื่อข่าว`.split(
    /[|\n]/,
  );

/** Words between two names. */
export const NAME_CONJUNCTIONS: readonly string[] = 'and|with|und|et|y|e|i|och|og|ja|en|a|és|și|ve|και|и|та|і|dan|và|na|और|एवं|तथा|व|आणि|र|এবং|ও|আৰু|અને|ਅਤੇ|மற்றும்|మరియు|ಮತ್ತು|ഒപ്പം|و|اور|和|与|與|および|及び|และ'.split('|'); // prettier-ignore

/** Words that are in no person's name but in what stands for a newsroom. Matched as whole words; in scripts without spaces anywhere. */
export const STAFF_WORDS: readonly string[] =
  `staff|desk|bureau|newsroom|editorial|editor|editors|correspondent|correspondents|reporter|reporters|team|news|service|agency|agencies|admin|administrator|webmaster|online|media|digital|contributor|guest|press|web|editorial board|wire|wires|network|daily|times|herald|tribune|gazette
redaktion|redaktionen|redaktionsteam|agenturen|nachrichtenredaktion|rédaction|la rédaction|redacción|agencias|agencia|redazione|redação|agência|redactie|redaksjonen|redaktionen|toimitus|redakcja|redakce|szerkesztőség|redacția|redacţia|haber merkezi|σύνταξη|редакция|редакція|рэдакцыя|redaksi|tim|ban biên tập
डेस्क|ब्यूरो|टीम|संवाददाता|न्यूज|न्यूज़|प्रतिनिधि|एजेंसी|एजेंसियां|एजेन्सी|संपादकीय|सम्पादकीय|वृत्तसंस्था|प्रतिनिधी|वार्ताहर|संवाददाता|रिपोर्टर|ब्यूरो|डेस्क|প্রতিবেদক|প্রতিনিধি|ডেস্ক|সংবাদদাতা|ব্যুরো|ડેસ્ક|ટીમ|બ્યુરો|ਡੈਸਕ|ਬਿਊਰੋ|டெஸ்க்|செய்திப்பிரிவு|డెస్క్|బృందం|ಡೆಸ್ಕ್|ಬ್ಯೂರೋ|ഡെസ്ക്|ലേഖകൻ
التحرير|هيئة التحرير|مكتب|وكالات|الوكالات|مراسل|فريق|تحریریه|خبرگزاری|سرویس|گروه|ویب ڈیسک|ڈیسک|نیوز|نمائندہ|بیورو|מערכת
编辑部|编辑|本报讯|综合报道|網站|编译|編輯部|編集部|取材班|編集|報道部|온라인뉴스팀|편집국|뉴스팀|กองบรรณาธิการ|ทีมข่าว`.split(
    /[|\n]/,
  );

/** Words of an office that follows a name after a comma. */
export const ROLE_WORDS: readonly string[] =
  `correspondent|reporter|editor|writer|journalist|columnist|contributor|analyst|photographer|producer|fellow|professor|author
korrespondent|korrespondentin|redakteur|redakteurin|reporterin|journaliste|correspondant|correspondante|envoyé spécial|envoyée spéciale|rédacteur|corresponsal|redactor|redactora|periodista|enviado especial|enviada especial|correspondente|repórter|jornalista|corrispondente|inviato|inviata|giornalista
корреспондент|корреспондентка|обозреватель|редактор|журналист|спецкор|кореспондент|журналіст|संवाददाता|संपादक|पत्रकार|वरिष्ठ संवाददाता|विशेष संवाददाता|प्रतिनिधी|প্রতিনিধি|প্রতিবেদক|সংবাদদাতা|مراسل|مراسلة|محرر|کارشناس|خبرنگار|نامہ نگار|نمائندہ|muhabir|wartawan`.split(
    /[|\n]/,
  );

/** News agencies by every name under which newsrooms cite them, in any script. */
export const AGENCIES: readonly string[] =
  `Reuters|AP|The Associated Press|Associated Press|AFP|Agence France-Presse|dpa|dpa-AFX|EFE|Europa Press|ANSA|Adnkronos|AGI|Lusa|Agência Brasil|Agencia Brasil|Estadão Conteúdo|Folhapress|Télam|Notimex|Belga|ANP|TT|NTB|Ritzau|STT|PAP|ČTK|CTK|TASR|SITA|MTI|Agerpres|Mediafax|BTA|HINA|Tanjug|Beta|FENA|STA|APA|Keystone-SDA|SDA|ATS|PA Media|Press Association|AAP|The Canadian Press|Canadian Press|UPI|Bloomberg|Xinhua|Kyodo|Kyodo News|Jiji Press|Yonhap|CNA|Bernama|Antara|ANTARA|VNA|TTXVN|TNA|PNA|PTI|ANI|IANS|UNI|PTI Bhasha|APP|BSS|UNB|RSS|Anadolu|Anadolu Agency|Anadolu Ajansı|AA|DHA|İHA|IHA|TASS|Interfax|RIA Novosti|Ukrinform|UNIAN|IRNA|ISNA|Fars|Mehr|Tasnim|SPA|WAM|WAFA|KUNA|MENA|SANA|PETRA|MAP|APS|TAP|NAN|GNA|KNA|Sputnik
Ройтерс|Рейтер|Рейтерс|ТАСС|РИА Новости|Интерфакс|Регнум|Укринформ|Укрінформ|УНІАН|УНИАН|Інтерфакс-Україна|БелТА|БТА|Танјуг|Казинформ|Азертадж|Франс Пресс|АФП|АП
रायटर|रॉयटर्स|रॉयटर|एएफपी|एपी|पीटीआई|पीटीआय|पीटीआई-भाषा|भाषा|एएनआई|एएनआय|आईएएनएस|वार्ता|यूनीवार्ता|यूएनआई|रासस|एसोसिएटेड प्रेस
রয়টার্স|এএফপি|এপি|বাসস|ইউএনবি|পিটিআই|এএনআই|রয়টার|ராய்ட்டர்ஸ்|பிடிஐ|ஏஎன்ஐ|ஏஎஃப்பி|పీటీఐ|ఏఎన్ఐ|రాయిటర్స్|ಪಿಟಿಐ|ಎಎನ್ಐ|പിടിഐ|എഎൻഐ|પીટીઆઈ|એએનઆઈ|ਪੀਟੀਆਈ|ਏਐਨਆਈ
رويترز|أ ف ب|ا ف ب|أ.ف.ب|أ ب|فرانس برس|وكالة فرانس برس|الأناضول|وكالة الأناضول|واس|وام|وفا|كونا|سانا|بترا|قنا|سبوتنيك|شينخوا|ایرنا|ایسنا|فارس|مهر|تسنیم|ایلنا|رویترز|خبرگزاری فرانسه|اے ایف پی|رائٹرز|اے پی پی|اے پی|پی ٹی آئی
רויטרס|新华社|新華社|中新社|中新网|中国新闻社|中央社|人民网|法新社|路透社|美联社|美聯社|共同社|共同通信|共同|時事通信|時事|ロイター|AFP時事|新華社|朝鮮通信|연합뉴스|뉴시스|뉴스1|로이터|นิวส์`.split(
    /[|\n]/,
  );

/** What stands for agencies without naming one. */
export const UNNAMED_AGENCIES: readonly string[] = 'agencies|agency|agenturen|agencias|agences|agenzie|agências|agentschappen|агентства|एजेंसी|एजेंसियां|एजेन्सी|वृत्तसंस्था|एजेंसियों|এজেন্সি|সংস্থা|ఏజెన్సీలు|வார்த்தைகள்|وكالات|الوكالات|ایجنسیاں|ایجنسی|خبرگزاری‌ها|综合|綜合|各社|통신'.split('|'); // prettier-ignore

/** Words before the name of the agency or paper that a text comes from. */
export const SOURCE_LABELS: readonly string[] = 'source|sources|quelle|quellen|source de|fuente|fuentes|fonte|fonti|bron|källa|kilde|lähde|źródło|zdroj|forrás|sursa|kaynak|πηγή|источник|джерело|sumber|nguồn|स्रोत|सोर्स|स्त्रोत|सूत्र|সূত্র|উৎস|ஆதாரம்|మూలం|ಮೂಲ|المصدر|منبع|ماخذ|ذریعہ|מקור|来源|來源|消息来源|出典|提供|출처|ที่มา'.split('|'); // prettier-ignore

/** Words before the names of agencies whose reports a text uses. */
export const CREDIT_LABELS: readonly string[] =
  `with inputs from|with input from|with agency inputs|with inputs from agencies|inputs from|with inputs|agency inputs|additional reporting by|with reporting by|with material from|with files from|material from|from wire reports|mit material von|mit material|mit agenturmaterial|avec agences|con información de|con informazioni di|com informações de|com informações da|com informações do|com agência|z wykorzystaniem|по материалам|по данным|за матеріалами|за даними
इनपुट|इनपुट के साथ|एजेंसी इनपुट|एजेंसी इनपुट के साथ|भाषा इनपुट|इनपुट एजेंसी|के इनपुट के साथ|সূত্র|بالاشتراك مع|مع وكالات|综合`.split(
    /[|\n]/,
  );
