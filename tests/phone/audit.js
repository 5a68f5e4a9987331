// What a person needs of all that is shown: a name, room for a finger, contrast, and that it is on the screen.
(() => {
  const bad = [], seen = (e) => { const b = e.getBoundingClientRect(); return b.width && b.height; };
  const light = (c) => { const [r, g, b] = c.match(/[\d.]+/g).map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const under = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$/.test(c)) return c; } return 'rgb(0, 0, 0)'; };
  for (const e of document.querySelectorAll('body *')) {
    if (!seen(e)) continue;
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (own) {
      const [a, b] = [light(getComputedStyle(e).color), light(under(e))].sort((x, y) => y - x);
      if ((a + .05) / (b + .05) < 4.5) bad.push('contrast ' + e.textContent);
      if (e.clientWidth && e.scrollWidth > e.clientWidth + 1) bad.push('cut ' + e.textContent);
    }
    if (e.matches('button, input')) {
      const b = e.getBoundingClientRect();
      if (b.height < 44 || b.width < 44) bad.push('small ' + e.id + e.textContent);
      if (!(e.textContent.trim() || e.labels?.length)) bad.push('nameless ' + e.outerHTML);
      if (e.tabIndex !== 0) bad.push('out of reach ' + e.outerHTML);
      if (b.left < 0 || b.right > innerWidth) bad.push('beside the screen ' + e.textContent);
    }
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  if (new Set(ids).size !== ids.length) bad.push('an id twice');
  for (const e of document.querySelectorAll('[aria-controls], label[for]'))
    if (!document.getElementById(e.getAttribute('aria-controls') ?? e.htmlFor)) bad.push('points nowhere ' + e.outerHTML);
  if (document.documentElement.lang !== 'en' || !document.title) bad.push('no language or title');
  if (document.querySelectorAll('h1').length !== 1 || document.querySelectorAll('main').length !== 1) bad.push('landmarks');
  if (/user-scalable|maximum-scale/.test(document.querySelector('meta[name=viewport]').content)) bad.push('no zoom');
  if (document.documentElement.scrollWidth > innerWidth) bad.push('scrolls sideways');
  return bad;
})()
