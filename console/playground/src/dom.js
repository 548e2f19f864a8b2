// Two words for what the page does all the time.

export const $ = (selector) => document.querySelector(selector);

export function make(name, properties = {}, ...children) {
  const out = Object.assign(document.createElement(name), properties);
  out.append(...children);
  return out;
}
