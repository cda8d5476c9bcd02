const hues = 8;

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words[1]] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0] ?? '?').join('').toUpperCase();
}

/** A coloured mark of a person or room; its colour follows the id. */
export function Avatar({ id, name, square = false }: { id: number; name: string; square?: boolean }) {
  return (
    <span class={`avatar hue-${id % hues}${square ? ' avatar-square' : ''}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
