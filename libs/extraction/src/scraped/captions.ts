import { PHOTO_LABELS } from '../lexicon/notices.ts';
import { phraseKey } from '../lexicon/phrase-list.ts';
import { columns } from './lines.ts';

/** Names that stand at the end of captions without a label. */
const PICTURE_AGENCIES =
  /(?:getty images?|ap photo|afp via getty|shutterstock|istock|alamy|imago images?|picture[ -]alliance|wikimedia commons|depositphotos|unsplash|pixabay|視覺中國|视觉中国|アフロ)\W*$/iu;

/** East Asian captions: "…＝本紙撮影", "图为…", "…记者 林书航 摄", "▲ …", "사진=…". */
const EAST_ASIAN =
  /[=＝].{1,25}(?:撮影|提供|より|共同|ロイター)[）)]?$|^(?:图为|圖為|上图|下图|左图|右图|上圖|下圖|[图圖](?:片)?(?:说|說|源|\d)?[:：]|▲|△|▼|▽|[【\[＜<](?:写真|画像|動画|図解|地図|イラスト|사진|그래픽)[】\]＞>]|\[?사진\s?[=:])|[\s）)／/](?:\S{2,12}[\s/／])?\S{2,8}\s?[摄攝]影?[）)]?$|(?:供图|供圖|資料照|资料图|资料照|資料照片|档案照)[）)]?$|[/／]?사진\s?[=:].{1,20}$/u;

/** In these scripts a longer line is a paragraph with a credit at its end. In columns. */
const LONGEST_EAST_ASIAN = 100;

/** Credits that go without a colon: "Fot. PAP/Jan Rybak", "Photo by Asha Verma"; a name follows, in capitals. */
const UNMARKED_CREDIT =
  /(?:^|[.!?…)।]\s*)(?:fot|foto|photo|photograph|picture|bild|kép|fotó|ảnh|фото|svetlina)(?:\.|\s+by|\s+di|\s+de|\s+van|\s+von)\s*(?=[\p{Lu}©(])[^.!?]{2,60}$/iu;

/** Whether a line is the caption of a picture: its credit begins or ends it, or its end is known from captions only. */
export function isCaption(text: string): boolean {
  const isParagraph =
    columns(text) > LONGEST_EAST_ASIAN && /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}]{6}/u.test(text);
  if (isParagraph) return false;
  if (EAST_ASIAN.test(text) || PICTURE_AGENCIES.test(text)) return true;
  const begun = /^[\s[(（【]*(.{2,30}?)\s*[:：=＝|–—]\s*\S/u.exec(text);
  if (begun !== null && PHOTO_LABELS.has(phraseKey(begun[1]!))) return true;
  if (/^[[(（【][^\])）】]*[\])）】]$/u.test(text) && PHOTO_LABELS.isIn(phraseKey(text)) && text.length < 120)
    return true;
  return PHOTO_LABELS.has(phraseKey(text)) || UNMARKED_CREDIT.test(text) || creditAtEnd(text) || creditInBrackets(text);
}

/** A paragraph without the credit of the picture beside it: "…（圖／記者陳冠宇攝）". */
export function withoutCredit(text: string): string {
  return text.replace(
    /\s*[（(]\s?(?:[圖图]|照片|攝影|摄影|写真|写真提供|사진)\s?[／/:：＝=][^（）()]{2,30}[）)]$/u,
    '',
  );
}

// "The harbour at dawn. Photo: A. Rao": a label, a colon and a short name behind the end of a sentence.
function creditAtEnd(text: string): boolean {
  const credit = /(?:[.!?…।۔。؟»”")）/|]|\s[–—-])\s*([^.!?…।۔。؟:：/|–—]{2,30}?)\s*[:：]\s*[^:：]{2,70}$/u.exec(text);
  if (credit !== null && PHOTO_LABELS.has(phraseKey(credit[1]!))) return true;
  const last = /[.!?।۔。]\s*([^.!?।۔。]{4,30})$/u.exec(text); // "…। फाइल फोटो"
  return last !== null && PHOTO_LABELS.has(phraseKey(last[1]!));
}

function creditInBrackets(text: string): boolean {
  const bracketed = /[[(（【]([^\][()（）【】]{3,70})[\])）】]\W*$/u.exec(text);
  if (bracketed === null) return false;
  const words = phraseKey(bracketed[1]!).split(' ');
  return words.length <= 9 && PHOTO_LABELS.isIn(words.slice(0, 2).join(' '));
}
