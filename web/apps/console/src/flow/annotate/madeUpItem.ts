import type { Field, ItemData, Ontology } from "@qistas/annotate-core";

const words = {
  en: {
    text: "Layla Haddad opened the new library in Aleppo on Monday.\nMore than 400 children came with their teachers.",
    question: "How do I keep tomatoes fresh?",
    answers: [
      "Keep them at room temperature, out of the sun.",
      "Put them in the fridge as soon as you buy them.",
    ],
  },
  ar: {
    text: "افتتحت ليلى حداد المكتبة الجديدة في حلب يوم الاثنين.\nوجاء أكثر من 400 طفل مع معلميهم.",
    question: "كيف أحفظ الطماطم طازجة؟",
    answers: ["اتركها في حرارة الغرفة بعيدا عن الشمس.", "ضعها في الثلاجة فور شرائها."],
  },
} as const;

/** An item to try a document with, before anything is imported. */
export function madeUpItem(ontology: Ontology, language: string): ItemData {
  const own = language.startsWith("ar") ? words.ar : words.en;
  const rights = new Set(ontology.questions.flatMap((one) => (one.kind === "pairwise" ? [one.right] : [])));
  const pairs = ontology.questions.flatMap((one) => (one.kind === "pairwise" ? [one.left, one.right] : []));
  const textOf = (field: Field): string => {
    if (rights.has(field.name)) return own.answers[1];
    if (pairs.includes(field.name)) return own.answers[0];
    return pairs.length > 0 ? own.question : own.text;
  };
  return Object.fromEntries(
    ontology.fields.map((field) => {
      switch (field.type) {
        case "image":
          return [field.name, { url: pictureUrl(), width: 640, height: 420 }];
        case "chat":
          return [
            field.name,
            [
              { role: "user", content: own.question },
              {
                role: "assistant",
                content: textOf(field) === own.answers[1] ? own.answers[1] : own.answers[0],
              },
            ],
          ];
        case "json":
          return [field.name, { title: own.question, tags: ["a", "b"], counts: { words: 12, lines: 2 } }];
        default:
          return [field.name, textOf(field)];
      }
    }),
  );
}

let picture: string | undefined;

/** A drawn street, so that boxes have something to hold; made once, and of this page alone. */
function pictureUrl(): string {
  if (picture) return picture;
  const shape = (x: number, y: number, width: number, height: number, fill: string) =>
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="${fill}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 420" width="640" height="420">
    <rect width="640" height="420" fill="#cfe3ee"/>${shape(0, 300, 640, 120, "#8d9298")}
    ${shape(40, 120, 130, 180, "#c98f6b")}${shape(190, 70, 110, 230, "#b7b09c")}${shape(470, 100, 140, 200, "#a8785c")}
    ${shape(330, 290, 130, 50, "#2f5d8a")}${shape(352, 262, 80, 34, "#3f74a8")}
    <circle cx="360" cy="344" r="15" fill="#222"/><circle cx="432" cy="344" r="15" fill="#222"/>
    ${shape(120, 320, 100, 40, "#9b3b34")}${shape(136, 298, 60, 28, "#b24a42")}
    <circle cx="142" cy="362" r="12" fill="#222"/><circle cx="198" cy="362" r="12" fill="#222"/>
  </svg>`;
  picture = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  return picture;
}
