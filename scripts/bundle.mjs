import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const root = join(import.meta.dirname, '..')
export const dist = join(root, 'dist')

const PROGRAMS = ['server', 'operator/user', 'operator/db', 'operator/import-users']

// The packages for production are those that stay outside, for their native code or their lists.
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** What esbuild makes of src/: each program in one file, and beside it what is loaded only when needed. */
export const bundle = {
  absWorkingDir: root,
  entryPoints: PROGRAMS.map((program) => `src/${program}.ts`),
  outbase: 'src',
  outdir: dist,
  entryNames: '[dir]/[name].bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: [...Object.keys(dependencies), 'pg-native'],
  sourcemap: true,
  sourcesContent: false,
  minifyWhitespace: true,
  // For packages that are no modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);",
  },
  plugins: [
    { name: 'wasm-as-files', setup: loadWasmFromFiles },
    { name: 'programs', setup: writePrograms },
    { name: 'words', setup: copyWords },
    { name: 'public', setup: minifyPublic },
  ],
}

// Prisma ships its query compiler as text, which would keep 10 MB of memory.
function loadWasmFromFiles({ onLoad }) {
  onLoad({ filter: /\.wasm-base64\.mjs$/ }, async ({ path }) => {
    const { wasm } = await import(pathToFileURL(path).href)
    const name = basename(path, '-base64.mjs')
    writeFileSync(join(dist, name), Buffer.from(wasm, 'base64'))
    const contents = `
      import { readFileSync } from 'node:fs'
      export const wasm = readFileSync(new URL('./${name}', import.meta.url))`
    return { contents }
  })
}

// Only what is read after source maps are switched on has traces that name src/.
function writePrograms({ onEnd }) {
  onEnd(() => {
    for (const program of PROGRAMS) {
      const start = `process.setSourceMapsEnabled(true)\nawait import('./${basename(program)}.bundle.js')\n`
      writeFileSync(join(dist, `${program}.js`), start)
    }
  })
}

// Each language is a file, and a new one needs no other change.
function copyWords({ onEnd, onLoad }) {
  const folder = join(root, 'src/words')
  // No import leads to them: named here so that `npm run dev` starts again when a text changes.
  onLoad({ filter: /[\\/]words[\\/]catalogue\.ts$/ }, ({ path }) => {
    const watchFiles = readdirSync(folder).map((name) => join(folder, name))
    return { contents: readFileSync(path), loader: 'ts', watchFiles, watchDirs: [folder] }
  })
  onEnd(() => {
    const filter = (path) => !path.endsWith('.ts')
    cpSync(folder, join(dist, 'words'), { recursive: true, filter })
  })
}

const LOADERS = { '.css': 'css', '.js': 'js' }

function minifyPublic({ onEnd, esbuild }) {
  onEnd(async () => {
    const [from, to] = [join(root, 'public'), join(dist, 'public')]
    cpSync(from, to, { recursive: true })
    for (const name of readdirSync(from)) {
      const loader = LOADERS[extname(name)]
      if (!loader) continue
      const { code } = await esbuild.transform(readFileSync(join(from, name)), {
        loader,
        minify: true,
      })
      writeFileSync(join(to, name), code)
    }
  })
}
