/* What a text costs while it is typed: the arithmetic of recoverline/lib/text.py, with its alphabet from the page. */

/** Typographic signs leave as plain ones (recoverline.lib.text.normalize), so they are counted as such. */
export const asSent = (text) =>
  text
    .replace(/\r\n?/g, "\n")
    .normalize("NFC")
    .replace(/[‘’‚‛‹›′‵`´ʹʻʼʽˈ＇]/g, "'")
    .replace(/[“”„‟«»″‶＂]/g, '"')
    .replace(/[‐‑‒–—―−﹘﹣－•‣◦∙·]/g, "-")
    .replace(/…/g, "...")
    .replace(/[\t\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " ")
    .replace(/[\u00ad\u200b\u2060\ufeff]/g, "");

const OTHERWISE = { œ: "oe", Œ: "OE", ł: "l", Ł: "L", đ: "d", Đ: "D", º: "o", ª: "a", "™": "(TM)", "©": "(c)", "®": "(R)", "×": "x", "÷": "/", "½": "1/2", "¼": "1/4" };

/** How the carrier will cut and bill the text. `costly`: the characters that cut it into shorter parts. */
function billOf(text, basic, extended) {
  const letters = [...text];
  const costly = [...new Set(letters.filter((letter) => !basic.has(letter) && !extended.has(letter)))];
  const widths = letters.map((letter) => (costly.length ? letter.length : extended.has(letter) ? 2 : 1));
  const [single, part] = costly.length ? [70, 67] : [160, 153];
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= single) return { units, room: single, count: text ? 1 : 0, costly };
  let [count, used] = [1, 0];
  for (const width of widths) {
    if (used + width > part) [count, used] = [count + 1, 0];
    used += width;
  }
  return { units, room: part, count, costly };
}

/** The letter without its accent, if there is one that costs nothing; else the letter. */
function plainLetter(letter, isCheap) {
  const bare = OTHERWISE[letter] ?? letter.normalize("NFD").replace(/\p{M}/gu, "");
  return bare && [...bare].every(isCheap) ? bare : letter;
}

export function showBill(field) {
  const box = document.querySelector(`[data-bill-of="${field.id}"]`);
  if (!box) return;
  const [basic, extended] = [new Set(box.dataset.gsm), new Set(box.dataset.gsmExtended)];
  const [line, why, button] = ["#segments", ".bill-why", ".plain-letters"].map((part) => box.querySelector(part));
  const isCheap = (letter) => basic.has(letter) || extended.has(letter);

  function show() {
    const text = asSent(field.value);
    const bill = billOf(text, basic, extended);
    line.textContent = bill.count > 1 ? `${bill.units} characters, ${bill.count} texts` : `${bill.units} of ${bill.room} characters`;
    const plain = [...text].map((letter) => (isCheap(letter) ? letter : "x")).join("");
    const said = reasonFor(bill, billOf(plain, basic, extended).count);
    // Said again only when it is news, or a screen reader would repeat it with each letter.
    if (why.textContent !== said) why.textContent = said;
    button.hidden = !bill.costly.some((letter) => plainLetter(letter, isCheap) !== letter);
  }

  button.addEventListener("click", () => {
    field.value = [...asSent(field.value)].map((letter) => (isCheap(letter) ? letter : plainLetter(letter, isCheap))).join("");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  field.addEventListener("input", show);
  show();
}

function reasonFor({ count, costly }, withoutThem) {
  if (!costly.length) return "";
  const named = costly.slice(0, 3).map((letter) => `“${letter}”`).join(" ") + (costly.length > 3 ? " and others" : "");
  const one = costly.length === 1;
  if (count > withoutThem) return `${named} ${one ? "makes" : "make"} this ${count} texts instead of ${withoutThem}: replace ${one ? "it" : "them"}.`;
  return `${named} ${one ? "leaves" : "leave"} room for fewer characters.`;
}
