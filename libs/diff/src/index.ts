export { diffWords, type Stretch } from './diff-words.ts';
