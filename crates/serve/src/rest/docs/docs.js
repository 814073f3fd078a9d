// Shows the OpenAPI document of this server, and tries its routes.

const main = document.getElementById('main')
const tags = document.getElementById('tags')
const search = document.getElementById('search')

/** Makes an element with attributes and children. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children.filter(child => child !== undefined))
  return element
}

/** The type of a schema in a few words. */
function typeOf(schema = {}) {
  if (schema.$ref !== undefined) return schema.$ref.split('/').pop()
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeOf).join(' | ')
  const type = [schema.type ?? 'any'].flat().join(' | ')
  return schema.items === undefined ? type : `${type} of ${typeOf(schema.items)}`
}

/** The limits of a schema in a few words. */
function limitsOf(schema = {}) {
  const limits = []
  if (schema['x-object-types'] !== undefined) limits.push(`id of ${schema['x-object-types'].join(', ')}`)
  if (schema.minimum !== undefined) limits.push(`≥ ${schema.minimum}`)
  if (schema.maximum !== undefined) limits.push(`≤ ${schema.maximum}`)
  if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`)
  return limits.join(', ')
}

function table(rows) {
  const head = el('tr', {}, ...['Name', 'Type', 'Description'].map(text => el('th', { scope: 'col' }, text)))
  const body = rows.map(({ name, required, schema, description, place }) =>
    el('tr', {},
      el('td', {}, el('code', {}, name), required ? ' *' : '', place === undefined ? '' : ` (${place})`),
      el('td', {}, typeOf(schema)),
      el('td', {}, [description?.replaceAll('`', ''), limitsOf(schema)].filter(Boolean).join(' — ')),
    ))
  return el('table', {}, el('thead', {}, head), el('tbody', {}, ...body))
}

function example(verb, path, operation) {
  let at = path
  for (const { in: place, name, example } of operation.parameters) {
    if (place === 'path') at = at.replace(`{${name}}`, encodeURIComponent(example))
  }
  const body = operation.requestBody?.content['application/json'].example
  const data = body === undefined ? '' : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`
  return `curl -X ${verb.toUpperCase()} -b authenticationToken=$TOKEN${data} \\\n  ${location.origin}/rest/v0${at}`
}

/** A form that sends the request with the cookie of this browser. */
function attempt(verb, path, operation) {
  const inputs = operation.parameters.map(({ in: place, name, schema, required }) => {
    const input = el('input', { name, placeholder: typeOf(schema), autocomplete: 'off' })
    input.required = required
    return { place, name, input }
  })
  const body = operation.requestBody && el('textarea', { 'aria-label': 'Body', spellcheck: 'false' })
  if (body) body.value = JSON.stringify(operation.requestBody.content['application/json'].example, null, 2)
  const answer = el('pre', { hidden: '', tabindex: '0' })
  const form = el('form', {}, ...inputs.map(({ name, input }) => el('label', {}, name, input)), body, el('button', {}, `Send ${verb.toUpperCase()}`))
  form.addEventListener('submit', async event => {
    event.preventDefault()
    let at = path
    const query = new URLSearchParams()
    for (const { place, name, input } of inputs) {
      if (place === 'path') at = at.replace(`{${name}}`, encodeURIComponent(input.value))
      else if (input.value !== '') query.set(name, input.value)
    }
    answer.hidden = false
    answer.textContent = '…'
    try {
      const response = await fetch(`/rest/v0${at}${query.size > 0 ? `?${query}` : ''}`, {
        method: verb.toUpperCase(),
        ...(body && { body: body.value, headers: { 'content-type': 'application/json' } }),
      })
      const text = await response.text()
      let shown = text
      try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch { /* it is no JSON */ }
      answer.textContent = `${response.status} ${response.statusText}\n\n${shown.slice(0, 100_000)}`
    } catch (error) {
      answer.textContent = `${error}`
    }
  })
  return [form, answer]
}

function operation(verb, path, described) {
  const content = el('div', { class: 'body' })
  const details = el('details', { id: described.operationId },
    el('summary', {}, el('b', { class: `verb ${verb}` }, verb.toUpperCase()), el('code', {}, path), el('span', {}, described.summary)),
    content)
  details.addEventListener('toggle', () => {
    if (!details.open || content.childElementCount > 0) return
    content.append(el('p', {}, described.description.replaceAll('`', '')))
    if (described.parameters.length > 0) {
      content.append(el('h3', {}, 'Parameters'), table(described.parameters.map(one => ({ ...one, place: one.in }))))
    }
    const body = described.requestBody?.content['application/json'].schema
    if (body !== undefined) {
      const rows = Object.entries(body.properties ?? {}).map(([name, schema]) =>
        ({ name, schema, description: schema.description, required: body.required?.includes(name) }))
      content.append(el('h3', {}, 'Body'), table(rows))
    }
    const told = Object.entries(described.responses).map(([status, { description, $ref }]) =>
      `${status}: ${description ?? reference($ref).description}`)
    content.append(
      el('h3', {}, 'Example'), el('pre', { tabindex: '0' }, example(verb, path, described)),
      el('h3', {}, 'Answers'), el('ul', {}, ...told.map(text => el('li', {}, text))),
      el('h3', {}, 'Try it'), ...attempt(verb, path, described))
  })
  const words = `${verb} ${path} ${described.summary} ${described['x-method'] ?? ''}`.toLowerCase()
  return { details, words }
}

let whole
const reference = path => path.split('/').slice(1).reduce((value, key) => value[key], whole)

async function load() {
  const response = await fetch('/rest/v0/docs/swagger.json')
  if (!response.ok) throw new Error(`the document could not be read: HTTP status ${response.status}`)
  whole = await response.json()
  const groups = new Map()
  for (const [path, methods] of Object.entries(whole.paths)) {
    for (const [verb, described] of Object.entries(methods)) {
      const tag = described.tags[0]
      if (!groups.has(tag)) groups.set(tag, [])
      groups.get(tag).push(operation(verb, path, described))
    }
  }
  const sections = [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([tag, operations]) => {
    const link = el('a', { href: `#tag-${tag}` }, tag)
    const section = el('section', {}, el('h2', { id: `tag-${tag}` }, tag), ...operations.map(one => one.details))
    tags.append(link)
    return { section, link, operations }
  })
  const intro = whole.info.description.split('\n\n').map(text => el('p', {}, text.replaceAll(/\*\*|`/g, '')))
  const none = el('p', { hidden: '' }, 'Nothing found.')
  main.replaceChildren(...intro, none, ...sections.map(one => one.section))
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    let found = 0
    for (const { section, link, operations } of sections) {
      let any = false
      for (const one of operations) {
        const shown = words.every(word => one.words.includes(word))
        one.details.hidden = !shown
        any ||= shown
        found += shown ? 1 : 0
      }
      section.hidden = link.hidden = !any
    }
    none.hidden = found > 0
  })
  const target = document.getElementById(location.hash.slice(1))
  if (target instanceof HTMLDetailsElement) target.open = true
  target?.scrollIntoView()
}

load().catch(error => main.replaceChildren(el('p', { role: 'alert' }, `${error.message}`)))
