// Drives a simulated pool with the official Node client: `client.mjs URL VM`.

import { createClient } from 'xen-api'

const [url, name] = process.argv.slice(2)
const LIMIT = 60_000

const xapi = createClient({ url, allowUnauthorized: true, auth: { user: 'root', password: 'password' } })

/** Waits until the client's own copy of the object fulfils the condition. */
const seen = (id, condition) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not seen within ${LIMIT} ms: ${condition}`)), LIMIT)
    const look = () => {
      const object = xapi.objects.all[id]
      if (object !== undefined && condition(object)) {
        clearTimeout(timer)
        xapi.objects.removeListener('finish', look)
        resolve()
      }
    }
    xapi.objects.on('finish', look)
    look()
  })

await xapi.connect()
await xapi.objectsFetched
const objects = Object.values(xapi.objects.all)
console.log('watched', new Set(objects.map(object => object.$type)).has('VBD') ? 'all classes' : 'too few classes')
const vm = objects.find(object => object.$type === 'VM' && object.name_label === name)
console.log('master', xapi.pool.$master.name_label === undefined ? 'unknown' : 'known')

await xapi.call('VM.set_name_description', vm.$ref, 'changed by a foreign client')
await seen(vm.$id, object => object.name_description === 'changed by a foreign client')
console.log('change seen')

await xapi.callAsync('VM.start', vm.$ref, false, false)
await seen(vm.$id, object => object.power_state === 'Running')
console.log('start seen')

const error = await xapi.call('VM.start', vm.$ref, false, false).catch(error => error)
console.log('start again', error.code, error.params.slice(1).join(' '))

await xapi.disconnect()
