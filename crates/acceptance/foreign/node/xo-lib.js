// Uses the original's client library as its users do. Arguments: URL, user, password.
// Prints one line of JSON for each thing seen.
'use strict'

const Xo = require('xo-lib').default

const [url, email, password] = process.argv.slice(2)
const say = (what, value) => console.log(JSON.stringify({ [what]: value }))

const until = async (what, condition) => {
  for (let i = 0; i < 600; ++i) {
    const value = await condition()
    if (value) {
      return value
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`never: ${what}`)
}

const failure = async promise => {
  try {
    await promise
  } catch (error) {
    return { code: error.code, message: error.message, data: error.data }
  }
  throw new Error('not refused')
}

async function main() {
  const stranger = new Xo({ url })
  await stranger.open()
  say('stranger', await failure(stranger.call('xo.getAllObjects')))
  say('wrongPassword', await failure(stranger.signIn({ email, password: 'wrong' })))
  await stranger.close()

  const xo = new Xo({ url })
  const seen = {}
  xo.on('notification', ({ method, params }) => {
    if (method === 'all' && params.type === 'enter') {
      for (const id of Object.keys(params.items)) {
        const object = params.items[id]
        ;(seen[id] = seen[id] || []).push(object)
      }
    }
  })
  await xo.open()
  // The server lets the same name wait after a failure.
  await until('signed in', () => xo.signIn({ email, password }).then(() => true, () => false))
  say('user', { email: xo.user.email, permission: xo.user.permission })

  const vms = await until('virtual machines', async () => {
    const vms = Object.values(await xo.call('xo.getAllObjects', { filter: { type: 'VM' } }))
    return vms.length > 0 && vms
  })
  say('onlyVms', vms.every(vm => vm.type === 'VM' && vm.id === vm.uuid))
  const all = await xo.call('xo.getAllObjects')
  say('types', [...new Set(Object.values(all).map(object => object.type))].sort())

  const halted = vms.find(vm => vm.power_state === 'Halted' && Object.keys(vm.blockedOperations).length === 0)
  say('started', await xo.call('vm.start', { id: halted.id }))
  await until('the start is notified', () => (seen[halted.id] || []).some(vm => vm.power_state === 'Running'))
  say('again', await failure(xo.call('vm.start', { id: halted.id })))
  say('named', await xo.call('vm.set', { id: halted.id, name_label: 'renamed by xo-lib' }))
  await until('the name is notified', () => seen[halted.id].some(vm => vm.name_label === 'renamed by xo-lib'))

  say('unknownMethod', await failure(xo.call('vm.strat')))
  say('missing', await failure(xo.call('vm.start', {})))
  say('noSuchVm', await failure(xo.call('vm.start', { id: 'nope' })))

  const token = await xo.call('token.create', { expiresIn: '1 hour' })
  const other = new Xo({ url, credentials: { token } })
  const authenticated = new Promise((resolve, reject) => {
    other.on('authenticated', resolve)
    other.on('authenticationFailure', reject)
  })
  await other.open()
  await authenticated
  say('byToken', other.user.email)
  await other.close()
  await xo.close()
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
