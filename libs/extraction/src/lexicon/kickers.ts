import { PhraseList } from './phrase-list.ts';

/** Words that newsrooms set before a headline or standfirst to say of what kind the text is. */
export const KICKERS =
  new PhraseList(`analysis|opinion|explained|explainer|exclusive|breaking|breaking news|live|live updates|watch|interview|review|editorial|column|comment|fact check|in depth|long read|profile|obituary|special report|ground report|first person|q&a
analyse|kommentar|meinung|hintergrund|interview|reportage|porträt|faktencheck|exklusiv|leitartikel|glosse|entretien|enquête|décryptage|tribune|éditorial|analyse|portrait|récit|exclusif|análisis|opinión|entrevista|exclusiva|reportaje|editorial|última hora|perfil|análise|opinião|reportagem|analisi|opinione|intervista|inchiesta
анализ|мнение|интервью|репортаж|эксклюзив|срочно|колонка|аналіз|думка|інтерв'ю|विश्लेषण|राय|इंटरव्यू|साक्षात्कार|एक्सक्लूसिव|ब्रेकिंग न्यूज|ब्रेकिंग|संपादकीय|ग्राउंड रिपोर्ट|एक्सप्लेनर|ফ্যাক্ট চেক|বিশ্লেষণ|মতামত|সাক্ষাৎকার|تحليل|رأي|حوار|مقابلة|تقرير|حصري|عاجل|تحلیل|یادداشت|گفت‌وگو|گزارش|تجزیہ|انٹرویو|独家|评论|社论|专访|分析|快讯|特写|獨家|評論|社論|專訪|独自|社説|コラム|解説|速報|단독|속보|사설|칼럼|인터뷰`);

/** Words that end a clause in languages whose verb stands last: before a colon they introduce, they label nothing. */
export const VERBS_AT_END =
  new PhraseList(`है|हैं|था|थी|थे|थीं|हो|होगा|होगी|कहा|कहना|बताया|पूछा|लिखा|बोले|बोला|बोली|रहा|रही|रहे|गया|गई|गए|किया|दिया|लिया|सके|सकते|कि|का|की|के|ने|को|से|में|पर|यह|वह|ये|वे|आहे|आहेत|होता|होती|होते|म्हणाले|म्हणाला|म्हणाली|सांगितले|की|विचारले|छ|छन्|थियो|थिए|भने|भनिन्|भन्यो|बताए|हो|छैन
ছিল|আছে|বলেন|বললেন|জানান|হয়|হয়েছে|করেন|যে|এই|છે|હતું|હતો|હતી|કહ્યું|જણાવ્યું|ਹੈ|ਹਨ|ਸੀ|ਕਿਹਾ|இருந்தது|கூறினார்|என்றார்|தெரிவித்தார்|உள்ளது|என்று|చెప్పారు|అన్నారు|ఉంది|తెలిపారు|ಹೇಳಿದರು|ಇದೆ|ತಿಳಿಸಿದರು|പറഞ്ഞു|ആണ്|ഉണ്ട്|അറിയിച്ചു
است|بود|شد|گفت|گفتند|نوشت|می‌گوید|افزود|می‌پرسد|کرد|دارد|ہے|ہیں|تھا|تھی|تھے|کہا|بتایا|لکھا|پوچھا|گیا|گئی|کہ|کا|کی|کے|نے|قال|وقال|قالت|وقالت|أضاف|وأضاف|أن|إن|التالي|التالية|يلي|يقول|تقول|ذكر|أكد|כתב|אמר|אמרה|הוא|היא|זה
说|表示|称|指出|写道|问道|是|为|説|表示|稱|指出|寫道|だ|です|ます|た|という|いう|話す|述べた|했다|말했다|이다|있다`);
