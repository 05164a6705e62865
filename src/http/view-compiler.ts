import {
  Compiler,
  type Context,
  escapeText,
  type Frame,
  type Node,
  parseView,
  SafeString,
} from './nunjucks-inside.ts'

// Nunjucks looks up each name of a view as a string, again for each page. Here, what is the same on every page of a
// language is looked up, called and escaped once, when the view is compiled. The other calls of our functions and
// filters are compiled to direct calls.

/** What every view of a language can use. Values and functions do not depend on the page; filters may. */
export type Constants = {
  values: Record<string, unknown>
  functions: Record<string, (...args: never[]) => unknown>
  filters: Record<string, (...args: never[]) => unknown>
}

/** The functions that Nunjucks runs as a template, and takes in place of source text. A variable of a view may have the name of a constant, but its layout and what it includes still read the constant. */
export function compileView(source: string, name: string, constants: Constants): string {
  const view = parseView(source, name)
  const compiler = new ViewCompiler(name, constants, listOwnNames(view, name))
  compiler.compile(view)
  // With a $, so that no variable of a view hides them.
  // biome-ignore lint/nursery/noImpliedEval: the views are our own, and Nunjucks runs what it compiles in this way.
  const make = new Function('$call', '$filter', '$look', '$put', compiler.getCode())
  const obj = make(constants.functions, constants.filters, look, put)
  // @types/nunjucks declares source text only.
  return { type: 'code', obj } as unknown as string
}

// The names of variables, loops, macros, arguments and imports: Nunjucks' own code for a view sets each in this way.
function listOwnNames(view: Node, name: string): Set<string> {
  const plain = new Compiler(name)
  plain.compile(view)
  const names = plain.getCode().matchAll(/(?:frame\.set|context\.setVariable)\("(\w+)"/g)
  return new Set([...names].map(([, name = '']) => name))
}

// Like Nunjucks' own lookup, but it reads the page before the globals.
function look(context: Context, frame: Frame, name: string): unknown {
  const local = frame.lookup(name)
  return local === undefined ? (context.ctx[name] ?? context.lookup(name)) : local
}

class ViewCompiler extends Compiler {
  readonly #constants: Constants
  readonly #ownNames: Set<string>
  // Text that was not emitted yet, because more may follow, and the variable that it is added to.
  #text = ''
  #textBuffer = ''

  constructor(name: string, constants: Constants, ownNames: Set<string>) {
    super(name)
    this.#constants = constants
    this.#ownNames = ownNames
  }

  override compileOutput({ children }: Node, frame: Frame): void {
    for (const child of children) {
      const text = this.#textOf(child)
      if (text === undefined) this.#emitOutput(child, frame)
      else this.#addText(text)
    }
  }

  override compileIf(node: Node, frame: Frame, isAsync?: boolean): void {
    const condition = this.#constantOf(node.cond)
    const branch = condition ? node.body : node.else_
    if (condition === undefined || isAsync) super.compileIf(node, frame, isAsync)
    else if (branch) this._withScopedSyntax(() => this.compile(branch, frame))
  }

  // Nunjucks sets loop.index and the like in each round, which takes time. They are left out unless the loop, or
  // what it calls, includes or fills in, may read `loop`.
  override compileFor(node: Node, frame: Frame): void {
    const start = this.codebuf.length
    super.compileFor(node, frame)
    const code = this.codebuf.splice(start).join('')
    const isAsked = /, "(loop|caller)"\)|getTemplate|getBlock/.test(code)
    this.codebuf.push(isAsked ? code : code.replace(/frame\.set\("loop\.\w+", .*\);\n/g, ''))
  }

  override compileFunCall(node: Node, frame: Frame): void {
    const { name, args } = node
    const value = this.#constantOf(node)
    if (typeof value === 'string') this._emit(JSON.stringify(value))
    else if (this.#isConstant(name, this.#constants.functions))
      this._compileAggregate(args, frame, `$call.${name.value}(`, ')')
    else super.compileFunCall(node, frame)
  }

  override compileFilter(node: Node, frame: Frame): void {
    const name = String(node.name.value)
    if (Object.hasOwn(this.#constants.filters, name))
      this._compileAggregate(node.args, frame, `$filter.${name}(`, ')')
    else super.compileFilter(node, frame)
  }

  override compileSymbol(node: Node, frame: Frame): void {
    const name = String(node.value)
    if (frame.lookup(name)) super.compileSymbol(node, frame)
    else this._emit(`$look(context, frame, "${name}")`)
  }

  override _emit(code: string): void {
    if (this.#text) this.codebuf.push(`${this.#textBuffer} += ${JSON.stringify(this.#text)};\n`)
    this.#text = ''
    super._emit(code)
  }

  #addText(text: string): void {
    this.#textBuffer = this.buffer
    this.#text += text
  }

  // The line and column are for errors.
  #emitOutput(node: Node, frame: Frame): void {
    this._emit(`lineno = ${node.lineno}; colno = ${node.colno};\n${this.buffer} += $put(`)
    this.compile(node, frame)
    this._emit(');\n')
  }

  #textOf(node: Node): string | undefined {
    if (node.typename === 'TemplateData') return String(node.value)
    const value = this.#constantOf(node)
    return value === undefined ? undefined : put(value)
  }

  // Undefined where it depends on the page.
  #constantOf(node: Node): unknown {
    const { values, functions } = this.#constants
    if (node.typename === 'Literal') return node.value
    if (this.#isConstant(node, values)) return values[String(node.value)]
    if (node.typename === 'Dict') return this.#constantDict(node)
    if (node.typename !== 'FunCall' || !this.#isConstant(node.name, functions)) return
    const args = node.args.children.map((arg) => this.#constantOf(arg))
    if (args.includes(undefined)) return
    try {
      return functions[String(node.name.value)]?.(...(args as never[]))
    } catch {
      // Fails again where it is shown, if it is.
      return
    }
  }

  #constantDict({ children }: Node): object | undefined {
    const pairs = children.map(({ key, value }) => [key.value, this.#constantOf(value as Node)])
    return pairs.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(pairs)
  }

  #isConstant({ typename, value }: Node, constants: object): boolean {
    const name = String(value)
    return typename === 'Symbol' && Object.hasOwn(constants, name) && !this.#ownNames.has(name)
  }
}

function put(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (value instanceof SafeString) return value.toString()
  const text = String(value)
  return PLAIN.test(text) ? text : escapeText(text)
}

// Nothing to escape: V8 is slow at a replace that finds nothing.
const PLAIN = /^[\w .,:/-]*$/
