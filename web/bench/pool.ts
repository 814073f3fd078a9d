/** Another client of the simulated pool, which changes VMs so many times a second. */

interface Answer {
	result?: unknown;
	error?: unknown;
}

export interface Changes {
	/** How many have been made. */
	made: () => number;
	stop: () => Promise<void>;
}

/** Calls that are under way at once. */
const AT_ONCE = 8;

export class Pool {
	readonly #url: string;
	#session = '';

	constructor(url: string) {
		this.#url = `${url}/jsonrpc`;
	}

	async call(method: string, ...params: unknown[]): Promise<unknown> {
		const response = await fetch(this.#url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
		});
		const answer = (await response.json()) as Answer;
		if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
		return answer.result;
	}

	async signIn(): Promise<void> {
		this.#session = String(await this.call('session.login_with_password', 'root', 'password', '2.0', 'bench'));
	}

	async vm(name: string): Promise<string> {
		const [found] = (await this.call('VM.get_by_name_label', this.#session, name)) as string[];
		if (found === undefined) throw new Error(`there is no VM ${name}`);
		return found;
	}

	/** Gives these VMs new descriptions in turn, `rate` of them a second, until it is stopped. */
	change(vms: readonly string[], rate: number): Changes {
		const begun = performance.now();
		let [wanted, made] = [0, 0];
		let isOver = false;
		const worker = async () => {
			while (!isOver) {
				if (wanted >= ((performance.now() - begun) / 1000) * rate) {
					await new Promise((resolve) => setTimeout(resolve, 2));
					continue;
				}
				const number = wanted++;
				const vm = vms[number % vms.length];
				await this.call('VM.set_name_description', this.#session, vm, `changed ${number} times`);
				made++;
			}
		};
		const workers = Array.from({ length: AT_ONCE }, worker);
		return {
			made: () => made,
			stop: async () => {
				isOver = true;
				await Promise.all(workers);
			},
		};
	}
}
