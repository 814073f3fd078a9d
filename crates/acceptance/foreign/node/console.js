// Looks at a console with noVNC in a browser, as people do. Arguments: URL, user, password, name of a VM that runs on one
// of two hosts, name of one that is halted, letters of the screen (their rows of 5 bits in hexadecimal, to the letter).
// Prints one line of JSON for each thing seen.
'use strict'

const fs = require('fs')
const path = require('path')
const { chromium } = require('playwright-core')
const Xo = require('xo-lib').default

const [url, email, password, running, halted, letters] = process.argv.slice(2)
const font = JSON.parse(letters)
const say = (what, value) => console.log(JSON.stringify({ [what]: value }))
const NOVNC = path.join(__dirname, 'node_modules/@novnc/novnc')
const PAGE = `<!doctype html><meta charset="utf-8"><div id="screen" style="width:900px;height:700px"></div>
<script type="module">
  import RFB from '/novnc/core/rfb.js'
  window.look = id => {
    const rfb = new RFB(document.getElementById('screen'), location.origin.replace('http', 'ws') + '/api/consoles/' + id, { shared: true })
    const seen = { events: [] }
    for (const type of ['connect', 'desktopname', 'disconnect', 'securityfailure']) {
      rfb.addEventListener(type, ({ detail }) => seen.events.push({ type, name: detail?.name, clean: detail?.clean }))
    }
    window.seen = seen
    window.rfb = rfb
  }
  window.ready = true
</script>`

const until = async (what, condition) => {
  for (let i = 0; i < 1200; ++i) {
    const value = await condition()
    if (value) {
      return value
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`never: ${what}`)
}

// Rows of letters on the screen, each cell of 8 × 10 points as its 7 rows of 5 bits.
const cells = () => {
  const canvas = document.querySelector('#screen canvas')
  if (canvas === null || canvas.width === 0) {
    return []
  }
  const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const at = (x, y) => data[(y * width + x) * 4] * 65536 + data[(y * width + x) * 4 + 1] * 256 + data[(y * width + x) * 4 + 2]
  const rows = []
  for (let top = 0; top + 10 <= height; top += 10) {
    const row = []
    for (let left = 0; left + 8 <= width; left += 8) {
      const paper = at(left, top)
      let cell = ''
      for (let y = 0; y < 7; ++y) {
        let bits = 0
        for (let x = 0; x < 5; ++x) {
          bits = bits * 2 + (at(left + 1 + x, top + 1 + y) === paper ? 0 : 1)
        }
        cell += bits.toString(16).padStart(2, '0')
      }
      row.push(cell)
    }
    rows.push(row)
  }
  return rows
}

async function main() {
  const xo = new Xo({ url })
  await xo.open()
  await xo.signIn({ email, password })
  const token = await xo.call('token.create', {})
  const all = Object.values(await xo.call('xo.getAllObjects'))
  const vm = name => all.find(object => object.type === 'VM' && object.name_label === name)
  const { id, $container } = vm(running)
  const other = all.find(object => object.type === 'host' && object.id !== $container)

  const executablePath = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
  // Our page comes of no address, so that the browser takes the server for a stranger's.
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-features=LocalNetworkAccessChecks']
  const browser = await chromium.launch({ executablePath, args })
  try {
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 } })
    await context.addCookies([{ name: 'token', value: token, url }])
    const page = await context.newPage()
    let sockets = 0
    page.on('websocket', () => ++sockets)
    page.on('pageerror', error => say('pageError', String(error)))
    await page.route('**/novnc/**', route => {
      const file = path.join(NOVNC, new URL(route.request().url()).pathname.slice('/novnc'.length))
      return route.fulfill({ body: fs.readFileSync(file), contentType: 'text/javascript' })
    })
    await page.route('**/console.html', route => route.fulfill({ body: PAGE, contentType: 'text/html' }))
    await page.goto(`${url}/console.html`)
    await until('the page is ready', () => page.evaluate(() => window.ready === true))

    const text = async () => (await page.evaluate(cells)).map(row => row.map(cell => font[cell] ?? '?').join('').trim())
    const see = wanted => until(`the screen shows ${wanted}`, async () => (await text()).some(row => row.includes(wanted)))
    const event = type => until(type, () => page.evaluate(type => window.seen.events.find(one => one.type === type), type))
    const type = async keys => {
      await page.evaluate(() => window.rfb.focus())
      await page.keyboard.type(keys)
    }

    await page.evaluate(id => window.look(id), id)
    await event('connect')
    say('name', (await event('desktopname')).name)
    await see(running)
    await type('hello')
    await see('> hello_')
    say('typed', true)
    await xo.call('vm.migrate', { vm: id, targetHost: other.id })
    await see(`on ${other.name_label}`)
    await see('> hello_')
    say('migrated', true)
    await xo.call('vm.restart', { id, force: true })
    await see('> _')
    await type('again')
    await see('> again_')
    say('rebooted', true)
    say('events', await page.evaluate(() => window.seen.events.map(one => one.type)))
    say('sockets', sockets)
    await xo.call('vm.stop', { id, force: true })
    say('stopped', await event('disconnect'))

    await page.evaluate(id => window.look(id), vm(halted).id)
    say('halted', await event('disconnect'))
    say('why', await page.evaluate(async id => {
      const response = await fetch('/api/consoles/' + id)
      return [response.status, (await response.text()).trim()]
    }, vm(halted).id))
  } finally {
    await browser.close()
    await xo.close()
  }
}

main().then(
  () => process.exit(0),
  error => {
    console.error(error)
    process.exit(1)
  }
)
