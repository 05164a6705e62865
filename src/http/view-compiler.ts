import nunjucks from 'nunjucks'
// @ts-expect-error Nunjucks has no types for its inside.
import transformer from 'nunjucks/src/transformer.js'

// Nunjucks looks up each name and function of a view by its text, for each page. What is the same on every page
// of a language is looked up, called and escaped once here, when the view is compiled, and the rest is called
// without detours. Not while views change: errors of these name no line.

/** What every view of a language can use: values, and functions whose result depends on their arguments alone. */
export type Constants = {
  values: Record<string, unknown>
  functions: Record<string, (...args: never[]) => unknown>
  /** Their results may depend on the page. */
  filters: Record<string, (...args: never[]) => unknown>
}

/** The functions that Nunjucks runs as a template, which it takes in place of a source. */
export function compileView(source: string, name: string, constants: Constants): string {
  const compiler = new ViewCompiler(name)
  compiler.constants = constants
  compiler.compile(transformer.transform(parser.parse(source, [], {}), [], name))
  // biome-ignore lint/nursery/noImpliedEval: the views are our own, and Nunjucks runs what it compiles in this way.
  const make = new Function('call', 'filter', 'look', 'put', compiler.getCode())
  const obj = make(constants.functions, constants.filters, look, put)
  // Its types know of sources only.
  return { type: 'code', obj } as unknown as string
}

function look(context: Context, frame: Frame, name: string): unknown {
  const local = frame.lookup(name)
  return local === undefined ? (context.ctx[name] ?? context.lookup(name)) : local
}

type Context = { ctx: Record<string, unknown>; lookup: (name: string) => unknown }
type Frame = { lookup: (name: string) => unknown }
type Node = {
  typename: string
  value: unknown
  name: Node
  args: Node
  children: Node[]
  cond: Node
  body: Node
  else_: Node | null
  target: Node
  val: Node
  key: Node
  findAll: (type: unknown) => Node[]
}

/** What is used here of Nunjucks' own compiler. */
declare class Compiler {
  constructor(name: string)
  buffer: string
  codebuf: string[]
  compile(node: Node, frame?: Frame): void
  compileFilter(node: Node, frame: Frame): void
  compileFunCall(node: Node, frame: Frame): void
  compileIf(node: Node, frame: Frame): void
  compileLookupVal(node: Node, frame: Frame): void
  compileSymbol(node: Node, frame: Frame): void
  getCode(): string
  _compileAggregate(node: Node, frame: Frame, start: string, end: string): void
  _emit(code: string): void
  _emitLoopBindings(node: Node, array: string, index: string, length: string): void
}

const { compiler, nodes, parser } = nunjucks as unknown as {
  compiler: { Compiler: typeof Compiler }
  nodes: Record<string, unknown>
  parser: { parse: (source: string, extensions: [], options: object) => Node }
}

class ViewCompiler extends compiler.Compiler {
  constants!: Constants
  // Text that was not emitted yet, as more may follow, and the variable that it is added to.
  #text = ''
  #textBuffer = ''

  compileOutput({ children }: Node, frame: Frame): void {
    for (const child of children) {
      const text = this.#textOf(child, frame)
      if (text === undefined) this.#emitOutput(child, frame)
      else this.#addText(text)
    }
  }

  override compileIf(node: Node, frame: Frame): void {
    const cond = this.#constantOf(node.cond, frame)
    const branch = cond ? node.body : node.else_
    if (cond === undefined) super.compileIf(node, frame)
    else if (branch) this.compile(branch, frame)
  }

  override compileFunCall(node: Node, frame: Frame): void {
    const { name, args } = node
    if (this.#isGlobal(name, frame, this.constants.functions))
      this._compileAggregate(args, frame, `call.${name.value}(`, ')')
    else if (name.typename === 'LookupVal') this.#compileMethod(node, frame)
    else super.compileFunCall(node, frame)
  }

  override compileFilter(node: Node, frame: Frame): void {
    const name = String(node.name.value)
    if (!Object.hasOwn(this.constants.filters, name)) super.compileFilter(node, frame)
    else this._compileAggregate(node.args, frame, `filter.${name}(`, ')')
  }

  override compileLookupVal({ target, val }: Node, frame: Frame): void {
    this.#emitParts(['(', target, ')?.[', val, ']'], frame)
  }

  override compileSymbol(node: Node, frame: Frame): void {
    const name = String(node.value)
    if (frame.lookup(name)) super.compileSymbol(node, frame)
    else this._emit(`look(context, frame, "${name}")`)
  }

  // A loop that does not say which round it is in has no need to know.
  override _emitLoopBindings(node: Node, ...names: [string, string, string]): void {
    const isUsed = node.body.findAll(nodes.Symbol).some(({ value }) => value === 'loop')
    if (isUsed) super._emitLoopBindings(node, ...names)
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

  #emitOutput(node: Node, frame: Frame): void {
    this.#emitParts([`${this.buffer} += put(`, node, ');\n'], frame)
  }

  #compileMethod({ name, args }: Node, frame: Frame): void {
    this.#emitParts(['(', name.target, ')[', name.val, ']'], frame)
    this._compileAggregate(args, frame, '(', ')')
  }

  #emitParts(parts: (string | Node)[], frame: Frame): void {
    for (const part of parts)
      if (typeof part === 'string') this._emit(part)
      else this.compile(part, frame)
  }

  #textOf(node: Node, frame: Frame): string | undefined {
    if (node.typename === 'TemplateData') return String(node.value)
    const value = this.#constantOf(node, frame)
    return value === undefined ? undefined : put(value)
  }

  #constantOf(node: Node, frame: Frame): unknown {
    const { values, functions } = this.constants
    if (node.typename === 'Literal') return node.value
    if (this.#isGlobal(node, frame, values)) return values[String(node.value)]
    if (node.typename === 'Dict') return this.#constantDict(node, frame)
    if (node.typename !== 'FunCall' || !this.#isGlobal(node.name, frame, functions)) return
    const args = node.args.children.map((arg) => this.#constantOf(arg, frame))
    if (args.includes(undefined)) return
    return functions[String(node.name.value)]?.(...(args as never[]))
  }

  #constantDict({ children }: Node, frame: Frame): object | undefined {
    const pairs = children.map(({ key, value }) => [
      key.value,
      this.#constantOf(value as Node, frame),
    ])
    return pairs.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(pairs)
  }

  #isGlobal({ typename, value }: Node, frame: Frame, globals: object): boolean {
    const name = String(value)
    return typename === 'Symbol' && Object.hasOwn(globals, name) && !frame.lookup(name)
  }
}

const { SafeString } = nunjucks.runtime
const lib = nunjucks.lib as unknown as { escape: (text: string) => string }

function put(value: unknown): string {
  if (value === undefined || value === null) return ''
  return value instanceof SafeString ? value.toString() : lib.escape(String(value))
}
