// Elements as the scripts make them, and the letters of all charts.

const SVG = "http://www.w3.org/2000/svg";
const FAMILY = 'system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif';
const FONT = `11px ${FAMILY}`;
const MARGIN = 20;  // right of a plot
const measure = document.createElement("canvas").getContext("2d");

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
