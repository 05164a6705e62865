// What Unicode's security mechanisms (UTS #39) say of names that pass for another.

// The scripts in everyday use (UAX #31, table 5). Others hold letters that pass for Latin ones, as Cherokee.
const SCRIPTS =
  'Arab Armn Beng Bopo Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr Hira Kana Khmr Knda Laoo Latn Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt'
// Those that are written together ("highly restrictive", section 5.2).
const TOGETHER = ['Latn Hani Hira Kana', 'Latn Hani Bopo', 'Latn Hani Hang']

const ALPHABETS = [...TOGETHER, ...SCRIPTS.split(' ')].map(patternOf)

// Zyyy and Zinh: digits, dots and marks that belong to no script of their own.
function patternOf(scripts: string): RegExp {
  const classes = ['Zyyy', 'Zinh', ...scripts.split(' ')].map((script) => `\\p{scx=${script}}`)
  // biome-ignore lint/plugin: made once, of constants.
  return new RegExp(`^[${classes.join('')}]*$`, 'u')
}

/** Whether all letters belong to one script, or to scripts that are written together. */
export function isOfOneAlphabet(name: string): boolean {
  return ALPHABETS.some((alphabet) => alphabet.test(name))
}

// From confusables.txt: the letters of alphabets like the Latin one that are drawn as one of its letters, and
// its own phonetic letters. Not г for r nor ı for i: Егор and Yılmaz are real names.
// biome-ignore lint/plugin: made once, of constants.
const LOOK_ALIKES = new RegExp(
  `^[\\p{ASCII}${[
    'ЅІЈАВЕКМНОРСТУХЬаеорсухѕіјѡѴѵҮүһҽӀӏԁԌԛԜԝꙇ',
    'ͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγιινορσυϜϳϺ',
    'ՍՏՕազգքհոռսցփօ',
    'ƄƍƖƦƽǀɑɡɣɩɪɯʋʏᴄᴏᴑᴜᴠᴡᴢᴦᶃᶌẝỿꜱꞘꞙꞟꞲꞳꞴꬲꬵꬽꭇꭈꭎꭒꭚ',
  ].join('')}]*$`,
  'u',
)

/** Whether a name is not Latin and passes for one that is, as Cyrillic сосо does. */
export function looksLatin(name: string): boolean {
  return LOOK_ALIKES.test(name) && /\P{ASCII}/u.test(name)
}
