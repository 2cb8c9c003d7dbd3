export { ARTICLE_COLUMNS, type StoredArticle } from './article-columns.ts';
export { ArticleTable, type RowGroup, type WrittenPart } from './article-table.ts';
