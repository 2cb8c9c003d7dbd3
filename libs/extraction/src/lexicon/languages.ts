/** Which languages of the news a script is used for. Where there are several, words and statistics decide. */
export const LANGUAGES_OF_SCRIPT: Readonly<Record<string, readonly string[]>> = {
  Latin: [
    'en', 'es', 'fr', 'de', 'it', 'pt', 'nl', 'sv', 'no', 'da', 'fi', 'is', 'pl', 'cs', 'sk', 'sl', 'hr', 'hu', 'ro', 'sq',
    'tr', 'az', 'et', 'lv', 'lt', 'ca', 'eu', 'ms', 'tl', 'vi', 'yo', 'ku',
  ],
  Cyrillic: ['ru', 'uk', 'be', 'bg', 'sr', 'mk', 'kk', 'ky', 'tg', 'mn'],
  Arabic: ['ar', 'fa', 'ur', 'ps', 'ku', 'sd', 'ug'],
  Devanagari: ['hi', 'mr', 'ne', 'sa', 'bho', 'mai', 'kok'],
  Bengali: ['bn', 'as'],
  Hebrew: ['he', 'yi'],
  Ethiopic: ['am', 'ti'],
  Han: ['zh'],
  Hiragana: ['ja'],
  Katakana: ['ja'],
  Hangul: ['ko'],
  Gujarati: ['gu'],
  Gurmukhi: ['pa'],
  Oriya: ['or'],
  Tamil: ['ta'],
  Telugu: ['te'],
  Kannada: ['kn'],
  Malayalam: ['ml'],
  Sinhala: ['si'],
  Thai: ['th'],
  Lao: ['lo'],
  Khmer: ['km'],
  Myanmar: ['my'],
  Tibetan: ['bo'],
  Greek: ['el'],
  Armenian: ['hy'],
  Georgian: ['ka'],
  Thaana: ['dv'],
}; // prettier-ignore

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/**
 * Frequent small words of languages that share a script, for scripts whose languages letter statistics confuse. A word that several of
 * them use stands in each list, so that it tells nothing.
 */
export const TELLING_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  hi: words('है हैं था थे थी और में को से ने कि यह वह इस उस भी नहीं पर लिए गया गई गए रहे रहा रही करने किया हुआ हुई एक होगा जो तो ही अपने बाद'),
  mr: words('आहे आहेत आणि होते होता होती या ते हे ही की तर मात्र नाही केली केले केला असे असून करण्यात झाली झाले झाला त्यांनी त्यामुळे सुमारे येथे यांनी'),
  ne: words('छ छन् र को मा ले लाई हो भएको गरेको गरेका थिए थियो हुने भने पनि यो त्यो छैन गर्न गर्ने भन्ने बताए उनले यसले भएका थिइन् एक'),
  sa: words('अस्ति च इति सः तस्य भवति एव न तु अपि सन्ति आसीत् तत्र यत् किम् अस्य एतत् सह'),
  bho: words('बा बाड़े रहल भइल गइल कइल के में से आ ई ऊ हवे नइखे'),
  mai: words('अछि छल छथि आ ई ओ सँ केँ मे कयल गेल नहि'),
  kok: words('आसा आनी हें हो ना जालो जाली जालें केलें गोंयच्या'),
  bn: words('এবং ও এই যে করে করা হয়েছে হয় থেকে জন্য না তিনি তার তাদের আর কিন্তু একটি জানান বলেন পর'),
  as: words('আৰু এই যে কৰি কৰা হৈছে হয় পৰা বাবে নাই তেওঁ এক আছিল কৰে'),
  ar: words('في من على إلى أن التي الذي هذا هذه عن مع كان بعد قال وقال بين ما لم كما أو'),
  fa: words('در از به که این را با است آن برای می های شد کرد بود ها تا یک خود و'),
  ur: words('کے کی میں سے ہے کا اور نے کو پر ہیں یہ کہ اس تھا تھی جب ایک بھی گیا و'),
  ps: words('په د او چې له کې دی دې ته يې سره هغه شوي کړي'),
  sd: words('جي ۾ جو آهي کي تي ۽ سان آهن هن ته کان'),
  ug: words('بۇ ۋە بىلەن ئۇ دە بىر قىلىپ دېدى'),
  ku: words('لە بە و کە بۆ ئەو لەگەڵ ئەم دا کرد یەک هەر'),
  ru: words('и в во не на что с со по как это для от из за к о его он был была были также уже при но а'),
  uk: words('і та в у не на що з із зі по як це для від за до його він був була були також вже при але а'),
  be: words('і ў у не на што з са па як гэта для ад за да яго ён быў была былі таксама але а'),
  mk: words('и во на да од се со за ќе е дека ги што го кој биде има не а'),
  bg: words('и в на да се от за с са че е ще по към това не при като до но а'),
  sr: words('је и у да се на са за од су не који као што али ће до а'),
  kk: words('және мен бен үшін бұл бір деп болды болып туралы қазақстан'),
  ky: words('жана менен үчүн бул бир деп болгон болуп кыргызстан'),
  tg: words('ва дар ба аз ки ин бо барои аст тоҷикистон'),
  mn: words('нь ба байна юм гэж болон энэ монгол улсын байгаа'),
  he: words('של את על לא הוא היא עם כי גם זה אל'),
  yi: words('און די דער אין איז פון צו האט מיט נישט'),
}; // prettier-ignore

/** Latin languages that the statistics do not know, and for which of their neighbours they take them. */
export const LATIN_RIVALS: Readonly<Record<string, readonly { language: string; words: ReadonlySet<string>; not: ReadonlySet<string> }[]>> = {
  ms: [{ language: 'id', words: words('karena bisa saat pemerintah menurut telah ketika provinsi selasa rabu sabtu minggu jumat'), not: words('kerana boleh ketika kerajaan berkata ialah selasa rabu ahad jumaat beliau') }],
  nl: [{ language: 'af', words: words('nie ons het hy sy vir is dat wat aan hulle was'), not: words('niet wij heeft hij zijn voor een het ze ook') }],
  pt: [{ language: 'gl', words: words('unha polo coa dos ao máis tamén para é galicia xunta'), not: words('uma pelo com mais também não são é para ao dos') }],
  es: [{ language: 'gl', words: words('unha polo coa dos ao máis tamén non é galicia xunta'), not: words('una por con más también no es los el la') }],
}; // prettier-ignore
