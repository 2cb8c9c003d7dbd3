import { describe, expect, it } from 'vitest';
import { languageOf, primaryTag } from './language.ts';

describe('languageOf', () => {
  it.each([
    ['hi', 'खत उन कारीगरों ने लिखा था जिन्होंने पुल बनाया था और उसकी देखभाल की थी.'],
    ['mr', 'ही योजना गावकऱ्यांनी स्वतः उभी केली आहे आणि कोणत्याही कंपनीची मदत घेतली नाही.'],
    ['ne', 'गाउँपालिकाका अध्यक्षले पुलको मर्मतका लागि छुट्टै कोष बनाइएको बताए र काम सकिएको छ।'],
    ['bn', 'চিকিৎসকেরা জানান, চোখের ছানির অস্ত্রোপচারের জন্য নাম লেখা হয়েছে।'],
    ['as', 'তেওঁ কৈছিল যে এই কাম আৰু আগবাঢ়ি যাব আৰু সকলোৱে সহায় কৰিব।'],
    ['ta', 'ஆய்வகம் ஒரு மாதம் இங்கேயே இருக்கும்.'],
    ['te', 'గ్రామంలో పాత బావిని యువకులు మళ్లీ తవ్వారు.'],
    ['gu', 'ગામની શાળામાં બાળકોએ રેડિયો સ્ટેશન બનાવ્યું.'],
    ['ar', 'أعلنت بلدية المدينة أن سوق السمك القديم سيستقبل زواره يوم الأحد المقبل.'],
    ['fa', 'این کتاب‌فروشی شناور تا هفت سال پیش هر ماه به روستاهای ساحلی سر می‌زد.'],
    ['ur', 'ڈاک خانے کے افسر نے بتایا کہ راستہ ایک ہفتے میں کھل جائے گا۔'],
    ['he', 'העירייה הודיעה כי השוק הישן ייפתח מחדש ביום ראשון.'],
    ['zh', '县图书馆表示，今年秋天将再为四座海岛开通航线。'],
    ['ja', '鉄道会社は住民に感謝を伝え、来年の冬からは除雪機を置く。'],
    ['ko', '섬 주민들은 선착장에서 떡을 나누며 그를 배웅했다.'],
    ['th', 'ชาวบ้านช่วยกันซ่อมสะพานเก่าจนเสร็จ'],
    ['ru', 'К вечеру ветер стих, и школьников высадили на берег.'],
    ['uk', 'Минулого тижня вони роздали сорок буханців і повернулися до школи.'],
    ['bg', 'Кметът каза, че пазарът ще отвори през октомври и ще работи всяка нощ.'],
    ['en', 'The market will open in October with eighty stalls.'],
    ['es', 'Otros tres pueblos de la comarca han pedido ya copiar el invento.'],
    ['pt', 'As mudas serão regadas por caminhões até o começo da estação das chuvas.'],
    ['fr', 'Une collecte a été ouverte à la boulangerie du village.'],
    ['de', 'Wer nachts durch die Stadt geht, wird vom Licht begleitet.'],
    ['it', 'Il prestito dura una settimana e chi riporta in ritardo paga.'],
    ['id', 'Pemerintah mengatakan jembatan itu ditutup karena bisa roboh saat hujan.'],
    ['el', 'Η αγορά θα ανοίξει τον Οκτώβριο.'],
  ])('tells %s', (language, text) => {
    expect(languageOf(text, null)).toBe(language);
  });

  it('goes by the text, whatever the page claims', () => {
    expect(languageOf('खत उन कारीगरों ने लिखा था जिन्होंने पुल बनाया था.', 'en')).toBe('hi');
  });

  it('takes the claim where the text is too short to say', () => {
    expect(languageOf('12:30', 'pt-BR')).toBe('pt');
    expect(languageOf('12:30', null)).toBeNull();
  });
});

describe('primaryTag', () => {
  it('reads language tags as pages write them', () => {
    expect(['en-IN', 'pt_BR', 'HI', 'zh-Hans-CN', 'und', 'english', ''].map(primaryTag)).toEqual([
      'en', 'pt', 'hi', 'zh', null, null, null,
    ]); // prettier-ignore
  });
});
