import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyLine, type LineKind } from './classify-line.ts';

describe('classifyLine', () => {
  it.each<[LineKind, string[]]>([
    ['advert', ['Advertisement', 'ADVERTISEMENT', 'Anzeige', 'La suite après la publicité', 'विज्ञापन', 'إعلان', '广告', '— Реклама —']],
    [
      'share',
      ['Share', 'Share on Facebook', 'Tweet', 'Compartir en X', 'Partager par e-mail', 'Поделиться', 'शेयर करें', 'व्हाट्सऐप',
        'مشاركة على فيسبوك', 'هم‌رسانی در واتس‌اپ', 'LINEで送る', '分享到：', '微信', 'பகிர்', 'Share: Facebook | X | WhatsApp'],
    ],
    ['control', ['Accept all', 'Skip to content', 'Alle akzeptieren', 'موافق', 'Votre adresse e-mail', '4 min read', 'Lesezeit: 3 Minuten', '۵ دقیقه مطالعه', 'trendingNow', '* * *', 'Terms of use | Privacy policy | Contact us', '12.4k']],
    ['comments', ['Comments (48)', '12 comments', 'প্রতিক্রিয়া', 'मन्तव्य', 'মন্তব্য (১২)', 'Комментарии', '댓글 3']],
    ['related', ['Read more', 'Related stories', 'Lesen Sie auch', 'یہ بھی پڑھیں', '関連記事', '相关阅读', 'اقرأ أيضا']],
    ['related-link', ['Also read: Fishermen pay for their own lighthouse', 'Also Read | Why the river walk stays closed', 'यह भी पढ़ें: बिजली आई', 'À lire aussi : Le facteur', 'ये भी पढ़ें- पुरानी बावड़ी में लौटा पानी']],
    ['popular', ['Most read', 'Trending news', 'Lo más leído', 'Самое читаемое', 'सबसे ज्यादा पढ़ी गई खबरें', 'الأكثر قراءة']],
    ['newsletter', ['Sign up for our newsletter', 'Get our morning newsletter', 'Recevez chaque matin notre lettre d’information', 'Подпишитесь на нашу рассылку']],
    ['invitation', ['Follow us on Google News', 'Suivez-nous sur Instagram', 'हमें फेसबुक पर फॉलो करें'.replace('हमें फेसबुक पर ', 'फॉलो करें फेसबुक ')]],
    ['cookies', ['We use cookies to keep this site working.', 'Мы используем файлы cookie.', 'نستخدم ملفات تعريف الارتباط لتحسين تجربتك.']],
    ['rights', ['© 2026 The Harbour Ledger. All rights reserved.', 'Tous droits réservés', 'Copyright 2026 NewsCircuit', '版权所有 望潮新闻网', '無断転載を禁じます']],
    ['breadcrumb', ['Home > World > Asia', 'होम > राज्य', '首页 > 教育', 'Inicio > Sociedad']],
    ['tags', ['Tags', 'टैग्स', 'Теги']],
    [
      'text',
      ['The verdict was short: no licence, no ferry.', 'What comes next', 'By the time the police arrived, the ferry had left.', 'Read more books, says the librarian, and sleep.', 'Explained: The council voted twice because the first count was wrong, its clerk said.', 'Copyright law is to be changed before the summer, the minister said on Friday.', 'व्यापक साझेदारी के विकास की समीक्षा', 'The market opens at 10.45 p.m.'],
    ],
  ])('knows %s', (kind, lines) => {
    expect(lines.map((line) => [line, classifyLine(line).kind])).toEqual(lines.map((line) => [line, kind]));
  }); // prettier-ignore

  it.each<[string, object]>([
    ['By Teodora Marsh, transport correspondent', { bylines: ['Teodora Marsh, transport correspondent'] }],
    ['लेखक: सुमित्रा टोप्पो', { bylines: ['सुमित्रा टोप्पो'] }],
    ['By Asha Verma, 12 March 2026', { bylines: ['Asha Verma'], published: ['12 March 2026'] }],
    ['By Asha Verma | 12 March 2026 | 4 min read', { bylines: ['Asha Verma'], published: ['12 March 2026'] }],
    ['Published 12 March 2026 at 14:05 GMT', { published: ['12 March 2026 at 14:05 GMT'] }],
    ['Updated: 12 मार्च 2026, 10:45 PM IST', { modified: ['12 मार्च 2026, 10:45 PM IST'] }],
    ['Published 12 March 2026, updated 13 March 2026', { published: ['12 March 2026'], modified: ['13 March 2026'] }],
    [
      '2026年3月12日 16:30（北京时间） 来源：新华社 记者：林书航',
      { published: ['2026年3月12日 16:30（北京时间）'], agencies: ['新华社'], bylines: ['林书航'] },
    ],
    ['3 hours ago', { published: ['3 hours ago'] }],
    ['Madrid - 12 MAR 2026 - 09:12 CET', { published: ['Madrid - 12 MAR 2026 - 09:12 CET'] }],
    ['story_id: 55310027', { externalId: '55310027' }],
    ['newsDetail9034417', { externalId: '9034417' }],
    ['article-8834421', { externalId: '8834421' }],
    ['کد خبر: ۱۲۳۴۵۶', { externalId: '123456' }],
    ['Теги: Арктика, школа, ледокол', { tags: ['Арктика', 'школа', 'ледокол'] }],
    ['الوسوم: مكتبات، أطفال', { tags: ['مكتبات', 'أطفال'] }],
    ['#Climate #Indian_Ocean', { tags: ['Climate', 'Indian Ocean'] }],
    ['(With inputs from PTI and ANI)', { agencies: ['PTI', 'ANI'] }],
    ['（责任编辑：何雨桐）', {}],
    ['Edited by Sana Qureshi', {}],
  ])('reads the facts of %j', (line, facts) => {
    const { kind, facts: found } = classifyLine(line);
    expect(kind).toBe('meta');
    const nothing = {
      bylines: [],
      agencies: [],
      published: [],
      modified: [],
      section: null,
      tags: [],
      externalId: null,
    };
    expect(found).toEqual({ ...nothing, ...facts });
  });

  it.each([
    'The restored lamp room of the Sandbar light, seen from the gallery. Photo: Ledger Pictures/Niamh Coyle',
    'तस्बिर: रासस/मनोज कार्की',
    'قاعة القراءة قبل الافتتاح. تصوير: كريم عيتاني',
    'ڈاکیا غلام رسول برف پر چلتے ہوئے۔ تصویر: صدائے وادی/عامر حسین',
    '雪の中から現れた駅舎＝峠タイムズ撮影',
    '图为无人机降落在学校操场。新华社记者 林书航 摄',
    'The depot on Mill Street, closed since 2011. (Photo: Valley Post/Ravi Menon)',
    'सूनी सड़क (फाइल फोटो)',
    '솔섬 선착장에 도착한 우편선. 사진=연합뉴스',
    'A clerk opens the safe, Friday, in Puri. (AP Photo/Ravi Menon)',
  ])('knows the caption %j', (line) => {
    expect(classifyLine(line).kind).toBe('caption');
  });

  it('doubts a byline without a colon', () => {
    expect(classifyLine('By Asha Verma').doubtful).toBe(true);
    expect(classifyLine('كتب بدل الصناديق').doubtful).toBe(true);
    expect(classifyLine('Written by: Asha Verma').doubtful).toBe(false);
  });

  it('takes any line', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => typeof classifyLine(line).kind === 'string'));
  });
});
