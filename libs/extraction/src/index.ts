export { PARSER_VERSION, extractArticle, type ExtractionOptions } from './extract-article.ts';
export { bodyOfHtml } from './body-html/body-of-html.ts';
