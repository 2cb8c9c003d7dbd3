import sanitizeHtml from 'sanitize-html';

/** Elements whose content is no text of the article, and goes with them. Browsers read some of it otherwise than as markup. */
const WITHOUT_CONTENT = [
  ...['script', 'style', 'template', 'noscript', 'noembed', 'noframes', 'iframe', 'object', 'embed', 'applet'],
  ...['svg', 'math', 'xmp', 'plaintext', 'listing', 'title', 'textarea', 'select', 'option', 'button'],
];

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['p', 'h2', 'h3', 'h4', 'ul', 'ol', 'li', 'blockquote', 'pre', 'figure', 'img', 'figcaption'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'em', 'strong', 'br'],
  ],
  allowedAttributes: { a: ['href'], img: ['src', 'alt', 'width', 'height'], ol: ['start'] },
  allowedSchemes: [],
  allowedSchemesByTag: { a: ['http', 'https', 'mailto'], img: ['http', 'https'] },
  allowProtocolRelative: false,
  allowedClasses: {},
  allowedStyles: {},
  nonTextTags: WITHOUT_CONTENT,
  // The library lets relative addresses and any text in numbers pass.
  transformTags: {
    a: keep({ href: (value) => isAddress(value, ['http:', 'https:', 'mailto:']) }),
    img: keep({
      src: (value) => isAddress(value, ['http:', 'https:']),
      alt: () => true,
      width: isSize,
      height: isSize,
    }),
    ol: keep({ start: (value) => /^\d{1,6}$/.test(value) }),
  },
};

/**
 * HTML with nothing in it but the elements, attributes and addresses of the article's vocabulary. What we render has no others; this is
 * the second lock on the door. What it lets through once it lets through unchanged.
 */
export function sanitiseHtml(html: string): string {
  return sanitizeHtml(html.replaceAll('\0', ''), OPTIONS);
}

function keep(attributes: Readonly<Record<string, (value: string) => boolean>>): sanitizeHtml.Transformer {
  return (tagName, found) => ({
    tagName,
    attribs: Object.fromEntries(Object.entries(found).filter(([name, value]) => attributes[name]?.(value))),
  });
}

function isSize(value: string): boolean {
  return /^\d{1,5}$/.test(value);
}

/**
 * Absolute as it is written, for `https:x` and `http:/\x` are whatever a browser makes of them, and without what browsers pass over in an
 * address: white space and controls.
 */
function isAddress(value: string, protocols: readonly string[]): boolean {
  return (
    /^(?:https?:\/\/[^/\\]|mailto:)[\x21-\x7e]*$/.test(value) &&
    URL.canParse(value) &&
    protocols.includes(new URL(value).protocol)
  );
}
