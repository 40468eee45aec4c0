/**
 * A number as people write or paste it: in the digits of either script, with a comma or a point, with a sign of per cent. Null
 * where it is none (yet).
 */
export function readNumber(text: string): number | null {
  const plain = text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[%٪\s\u061c\u200e\u200f\u2066-\u2069]/g, "")
    .replace(/[,٫]/g, ".");
  return /^\d*\.?\d+$|^\d+\.$/.test(plain) ? Number(plain) : null;
}
