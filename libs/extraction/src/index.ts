export { PARSER_VERSION, extractArticle } from './extract-article.ts';
