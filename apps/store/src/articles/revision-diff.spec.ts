import { compileValidator } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { type RevisionView, revisionViewExample } from './article-view.ts';
import { diffRevisions, RevisionDiffSchema } from './revision-diff.ts';
import { revisionDiffPage } from './revision-diff-page.ts';

const validator = compileValidator('diff', RevisionDiffSchema);

const revision = (parts: Partial<RevisionView>): RevisionView => ({ ...revisionViewExample, ...parts });

describe('the diff of two revisions', () => {
  it('tells the texts that differ word for word, the other fields as they were and are, and nothing else', () => {
    const before = revision({ revision: 2, title: 'Rain nears', summary: null, tags: ['a', 'b'] });
    const after = revision({ revision: 5, title: 'Rain nears the coast', summary: 'Soon.', tags: ['a'] });
    expect(validator.assert(diffRevisions(before, after))).toEqual({
      id: revisionViewExample.id,
      revision: 5,
      against: 2,
      texts: [
        {
          field: 'title',
          changes: [
            { op: 'same', text: 'Rain nears' },
            { op: 'added', text: ' the coast' },
          ],
        },
        { field: 'summary', changes: [{ op: 'added', text: 'Soon.' }] },
      ],
      values: [{ field: 'tags', before: ['a', 'b'], after: ['a'] }],
    });
  });

  it('of the first revision is all that it has', () => {
    const { against, texts } = validator.assert(diffRevisions(null, revision({ title: 'New' })));
    expect(against).toBeNull();
    expect(texts[0]).toEqual({ field: 'title', changes: [{ op: 'added', text: 'New' }] });
  });

  it('tells of html only where the body does not', () => {
    const before = revision({ body: 'One.', html: '<p>One.</p>' });
    const fields = (after: Partial<RevisionView>) =>
      diffRevisions(before, revision(after)).texts.map(({ field }) => field);
    expect(fields({ body: 'Two.', html: '<p>Two.</p>' })).toEqual(['body']);
    expect(fields({ body: 'One.', html: '<p><em>One.</em></p>' })).toEqual(['html']);
  });
});

describe('its page', () => {
  it('marks what is added and removed, and escapes all that came from elsewhere', () => {
    const before = revision({ title: '<b>a</b> & c', authors: [] });
    const after = revision({ title: '<b>a</b> & <script>', authors: ['"A" <a@b>'] });
    const page = revisionDiffPage(diffRevisions(before, after), 'hi"><script>');
    expect(page).toContain('&lt;b&gt;a&lt;/b&gt; &amp; <del>c</del><ins>&lt;script&gt;</ins>');
    expect(page).toContain('<ins>&quot;A&quot; &lt;a@b&gt;</ins>');
    expect(page).not.toContain('<script');
  });

  it('says so when nothing differs', () => {
    expect(revisionDiffPage(diffRevisions(revision({}), revision({})), null)).toContain('Nothing differs');
  });
});
