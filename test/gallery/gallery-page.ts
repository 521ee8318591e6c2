export type Picture = Readonly<{ name: string; look: string; file: string }>;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** All pictures on one page, a row per place: it is looked through from top to bottom. */
export function galleryPage(pictures: readonly Picture[]): string {
  const names = [...new Set(pictures.map(({ name }) => name))];
  const rows = names.map((name) => {
    const shown = pictures
      .filter((one) => one.name === name)
      .map(
        ({ file, look }) =>
          `<a href="${escaped(file)}"><img alt="${escaped(look)}" loading="lazy" src="${escaped(file)}"></a>`,
      );
    return `<section><h2>${escaped(name)}</h2><div>${shown.join("")}</div></section>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title>
<style>body{font:14px system-ui;margin:24px;background:#f5f6f8;color:#16181d}h2{font-size:14px;margin:24px 0 8px}
div{display:flex;gap:12px;align-items:flex-start}img{max-height:420px;max-width:100%;border:1px solid #ccd;background:#fff}</style>
<h1>Gallery</h1>${rows.join("\n")}</html>
`;
}
