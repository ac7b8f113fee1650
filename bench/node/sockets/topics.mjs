// Who listens to what, within this process: an async iterator each, with a queue of what was not taken yet.
export class Topics {
  #listening = new Map()

  publish(topic, payload) {
    for (const push of this.#listening.get(topic) ?? []) push(payload)
  }

  subscribe(topic) {
    const queue = []
    let wake
    const push = (payload) => {
      if (wake) wake({ value: payload, done: false }), (wake = undefined)
      else queue.push(payload)
    }
    if (!this.#listening.has(topic)) this.#listening.set(topic, new Set())
    const listening = this.#listening.get(topic).add(push)
    return {
      [Symbol.asyncIterator]() { return this },
      next: () =>
        queue.length
          ? Promise.resolve({ value: queue.shift(), done: false })
          : new Promise((resolve) => { wake = resolve }),
      async return() {
        listening.delete(push)
        wake?.({ value: undefined, done: true })
        return { value: undefined, done: true }
      },
    }
  }
}
