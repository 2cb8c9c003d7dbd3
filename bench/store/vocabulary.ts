import { seededRandom } from '@khabar/testing';

/** How the text of a language is made. */
interface Material {
  /** BCP 47. */
  readonly language: string;
  /** How many of a hundred articles are of it. */
  readonly share: number;
  /** What stands between words: nothing where none is written. */
  readonly space: '' | ' ';
  /** What ends a sentence. */
  readonly stop: string;
  /** The most frequent words, the most frequent first. */
  readonly common: string;
  /** What news is about. */
  readonly subjects: string;
  /** What is put to a subject to make other forms of it. */
  readonly endings: string;
  /** Of which the long tail of names and rare words is made. */
  readonly syllables: string;
}

/** A language's words, the most frequent first, and how to write them. */
export interface Vocabulary extends Pick<Material, 'language' | 'share' | 'space' | 'stop'> {
  readonly words: readonly string[];
}

const WORDS_PER_LANGUAGE = 20_000;

const MATERIALS: readonly Material[] = [
  {
    language: 'en',
    share: 30,
    space: ' ',
    stop: '.',
    common: `the of and to in a that is for was on with as it by at from be this have are an not he or his but which has had they were their will we
      been said its would who one all there more when than about after out up into other new over some could first two also last year`,
    subjects: `government minister election president market police court school hospital farmer village river flood harvest price trade bank
      budget tax company worker union strike protest party parliament vote leader border army peace war talk deal law judge report study climate
      rain storm earthquake fire rescue victim road railway airport energy power water health vaccine doctor teacher student football cricket team
      match player season film music museum city council mayor house family child woman region country world security attack weapon leak summit`,
    endings: 's ed ing er ers al ly ment ness',
    syllables: 'bar den ford ham ley ton wick mar sal ver kin dor lan ner ros tal ven win gar hol jen mil pat ric son',
  },
  {
    language: 'hi',
    share: 15,
    space: ' ',
    stop: '।',
    common: `के में की है और से का को ने पर हैं कि यह भी इस लिए कहा एक ही कर नहीं साथ तक बाद था अपने किया गया वह थे रहे हो जो तो या रही हुए करने दिया उन्होंने`,
    subjects: `सरकार मंत्री चुनाव राष्ट्रपति बाज़ार पुलिस अदालत स्कूल अस्पताल किसान गाँव नदी बाढ़ फसल कीमत व्यापार बैंक बजट कंपनी मज़दूर हड़ताल पार्टी संसद
      नेता सीमा सेना शांति युद्ध समझौता कानून रिपोर्ट जलवायु बारिश तूफ़ान भूकंप आग सड़क रेलवे ऊर्जा बिजली पानी स्वास्थ्य डॉक्टर शिक्षक छात्र क्रिकेट टीम मैच
      खिलाड़ी फ़िल्म संगीत शहर परिवार बच्चा महिला देश दुनिया सुरक्षा हमला`,
    endings: 'ों ें ी ीय कार वाला ता',
    syllables: 'रा मा का सु वि प्र ना ली दे गो पा शा ता नी ह ज ब ल म न कु चं',
  },
  {
    language: 'es',
    share: 10,
    space: ' ',
    stop: '.',
    common: `de la que el en y a los se del las un por con una su para es al lo como más pero sus le o ha este sí porque esta son entre cuando muy sin sobre también me
      hasta hay donde quien desde todo nos durante dos`,
    subjects: `gobierno ministro elección presidente mercado policía tribunal escuela hospital campesino pueblo río inundación cosecha precio comercio banco
      presupuesto empresa trabajador sindicato huelga protesta partido congreso voto líder frontera ejército paz guerra acuerdo ley informe clima lluvia tormenta
      terremoto incendio rescate carretera ferrocarril energía agua salud vacuna médico maestro estudiante fútbol equipo jugador película música ciudad alcalde`,
    endings: 's es ado ando mente ista ción',
    syllables: 'ra mo le nti gu za va lo ri ca do per sa mi to gar be na',
  },
  {
    language: 'zh',
    share: 10,
    space: '',
    stop: '。',
    common: `的 一 在 是 了 和 有 不 这 为 中 人 上 个 国 我 以 到 他 大 对 年 地 来 说 时 要 就 出 会 也 于 后 自 行 发 将 与 及 日`,
    subjects: `中国 经济 政府 总统 选举 市场 警方 法院 学校 医院 农民 村庄 河流 洪水 收成 价格 贸易 银行 预算 公司 工人 罢工 抗议 政党 议会 领导 边境 军队 和平 战争 协议
      法律 报告 气候 暴雨 台风 地震 火灾 救援 公路 铁路 机场 能源 电力 健康 疫苗 医生 教师 学生 足球 球队 电影 音乐 城市 市长 家庭 儿童 妇女 地区 世界 安全 北京 上海 大学`,
    endings: '者 性 化 们 部 局',
    syllables: `张 王 李 赵 陈 林 伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀 霞 平 刚 桂 海 江 山 东 西 南 北 金 木 水 火 土 石 田 光 华 新 安 宁 文 武 成 德 广 州 长 春 天 云 风`,
  },
  {
    language: 'ar',
    share: 9,
    space: ' ',
    stop: '.',
    common: `في من على إلى أن التي عن مع هذا ما لا كان هذه الذي قال بعد كل قد بين ذلك أو لم كما عند غير حتى خلال أكثر منذ أي حول`,
    subjects: `الحكومة الوزير الانتخابات الرئيس السوق الشرطة المحكمة المدرسة المستشفى المزارع القرية النهر الفيضان الحصاد السعر التجارة البنك الميزانية الشركة العامل
      الإضراب الاحتجاج الحزب البرلمان القائد الحدود الجيش السلام الحرب الاتفاق القانون التقرير المناخ المطر العاصفة الزلزال الحريق الطريق المطار الطاقة الماء الصحة
      الطبيب المعلم الطالب الفريق المباراة الفيلم المدينة الأسرة الطفل المرأة المنطقة العالم الأمن الهجوم`,
    endings: 'ات ين ون ية ها',
    syllables: 'مح سا لي نو را كر بد عل حس فا طم خا جم هد يو سف دين بر',
  },
  {
    language: 'ru',
    share: 8,
    space: ' ',
    stop: '.',
    common: `в и на что не с по о из за для от к как это его он до у но также все было их так года при был мы бы более уже может только после которые сообщил`,
    subjects: `правительство министр выборы президент рынок полиция суд школа больница фермер деревня река наводнение урожай цена торговля банк бюджет компания рабочий
      забастовка протест партия парламент лидер граница армия мир война договор закон доклад климат дождь буря землетрясение пожар дорога аэропорт энергия вода здоровье
      врач учитель студент команда матч игрок фильм музыка город семья ребёнок женщина регион страна безопасность`,
    endings: 'а у ом е ы ов ами ский ность',
    syllables: 'ва ло рин сне гор дов мил бо ров кин ле сов тра пет ник зай вол',
  },
  {
    language: 'fr',
    share: 6,
    space: ' ',
    stop: '.',
    common: `de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son aux cette été mais ou ont nous comme sa après ses fait`,
    subjects: `gouvernement ministre élection président marché police tribunal école hôpital agriculteur village rivière inondation récolte prix commerce banque budget
      entreprise travailleur syndicat grève manifestation parti parlement dirigeant frontière armée paix guerre accord loi rapport climat pluie tempête séisme incendie
      secours route aéroport énergie eau santé vaccin médecin étudiant équipe match joueur film musique ville maire famille enfant femme région monde sécurité`,
    endings: 's es ement eur euse ique aire',
    syllables: 'bou lan che vre mar tin du pon ri le mou ssé gar na fre tel au',
  },
  {
    language: 'de',
    share: 5,
    space: ' ',
    stop: '.',
    common: `der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über`,
    subjects: `Regierung Minister Wahl Präsident Markt Polizei Gericht Schule Krankenhaus Bauer Dorf Fluss Flut Ernte Preis Handel Bank Haushalt Unternehmen Arbeiter Streik
      Protest Partei Parlament Grenze Armee Frieden Krieg Abkommen Gesetz Bericht Klima Regen Sturm Erdbeben Brand Rettung Straße Bahn Flughafen Energie Wasser Gesundheit
      Arzt Lehrer Student Fußball Mannschaft Spiel Spieler Film Musik Stadt Familie Kind Frau Region Welt Sicherheit`,
    endings: 'en er s es ung lich keit amt',
    syllables: 'berg stein hau sen mann feld brü cke wal den fisch er kel ler baum gart',
  },
  {
    language: 'ja',
    share: 4,
    space: '',
    stop: '。',
    common: `の は を に が と で た し て も な い れ から さ こと する ある いる まで など ため この その より について`,
    subjects: `日本 政府 大臣 選挙 大統領 市場 警察 裁判所 学校 病院 農家 村 川 洪水 収穫 価格 貿易 銀行 予算 会社 労働者 デモ 政党 国会 国境 軍 平和 戦争 合意 法律 報告 気候
      大雨 台風 地震 火災 救助 道路 鉄道 空港 エネルギー 電力 健康 ワクチン 医師 教師 学生 サッカー チーム 試合 選手 映画 音楽 都市 市長 家族 子供 女性 地域 世界 東京 大阪 大学`,
    endings: '的 者 化 性 さん 氏',
    syllables: 'カ キ ク コ サ シ ス タ ト ナ ノ ハ マ ミ ラ リ ル ン 田 中 山 本 川 口 木 村 井 上 松 林 高 橋',
  },
  {
    language: 'th',
    share: 3,
    space: '',
    stop: ' ',
    common: `ที่ และ ใน เป็น ของ ได้ การ มี ว่า จะ ไม่ ให้ จาก กับ ความ ก็ มา แต่ นี้ คน ไป โดย หรือ ต้อง แล้ว ยัง อยู่`,
    subjects: `รัฐบาล รัฐมนตรี เลือกตั้ง ประธานาธิบดี ตลาด ตำรวจ ศาล โรงเรียน โรงพยาบาล ชาวนา หมู่บ้าน แม่น้ำ น้ำท่วม ราคา การค้า ธนาคาร งบประมาณ บริษัท คนงาน ประท้วง พรรค
      รัฐสภา ผู้นำ ชายแดน กองทัพ สันติภาพ สงคราม ข้อตกลง กฎหมาย รายงาน ฝน พายุ แผ่นดินไหว ไฟไหม้ ถนน สนามบิน พลังงาน ไฟฟ้า สุขภาพ วัคซีน แพทย์ ครู นักเรียน ฟุตบอล ทีม`,
    endings: 'ใหม่ ใหญ่ ไทย',
    syllables: 'กา ขา คำ งาม จัน ชัย ดี ทอง นา บุญ พร มา รัก วัน ศรี สุข หาญ',
  },
];

/** The languages of the corpus, the largest first. */
export const VOCABULARIES: readonly Vocabulary[] = MATERIALS.map((material, at) => ({
  ...material,
  words: wordsOf(material, seededRandom(at)),
}));

/** Frequent words, then subjects, then their other forms among names that are made of syllables. */
function wordsOf({ common, subjects, endings, syllables }: Material, next: () => number): string[] {
  const ends = split(endings);
  const parts = split(syllables);
  const words = new Set([...split(common), ...split(subjects)]);
  const forms = split(subjects).flatMap((subject) => ends.map((ending) => subject + ending));
  while (words.size < WORDS_PER_LANGUAGE) {
    const form = next() < 0.2 && forms.splice(Math.floor(next() * forms.length), 1)[0];
    words.add(form || Array.from({ length: 2 + Math.floor(next() * 4) }, () => pick(parts, next)).join(''));
  }
  return [...words];
}

/** One of some things, each as likely. */
export function pick<T>(things: readonly T[], next: () => number): T {
  return things[Math.floor(next() * things.length)]!;
}

/** One of some things, the first most likely: the n-th by 1/n (Zipf). */
export function pickByRank<T>(things: readonly T[], next: () => number): T {
  return things[Math.floor((things.length + 1) ** next()) - 1]!;
}

function split(words: string): string[] {
  return words.trim().split(/\s+/);
}
