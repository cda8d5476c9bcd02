export interface TextPart {
  text: string;
  link: boolean;
}

const address = /https?:\/\/[^\s<>"'`]+/g;
const trailing = /[.,;:!?)\]}»”]+$/;

/** Splits text at its http and https addresses; punctuation at the end of one belongs to the sentence. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let position = 0;
  for (const match of text.matchAll(address)) {
    const link = match[0].replace(trailing, '');
    if (match.index > position) parts.push({ text: text.slice(position, match.index), link: false });
    parts.push({ text: link, link: true });
    position = match.index + link.length;
  }
  if (position < text.length) parts.push({ text: text.slice(position), link: false });
  return parts;
}
