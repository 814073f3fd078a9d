/**
 * Files on their way to the server: a few at a time, the others wait. They go on while other pages are shown, and the
 * browser asks before it leaves with some of them unfinished.
 */
import { errorText } from '../api/errors';
import { Cancelled, type Sending, send } from '../api/transfer';
import type { NounId } from '../list/noun';

export interface Upload {
	readonly id: number;
	readonly name: string;
	/** In bytes; nothing for what the server fetches. */
	readonly size: number | undefined;
	readonly state: 'waiting' | 'sending' | 'working' | 'done' | 'failed' | 'cancelled';
	/** Bytes that have gone. */
	readonly sent: number;
	/** Bytes a second, of late. */
	readonly rate: number | undefined;
	readonly error?: string;
	/** What it became. */
	readonly made?: Made;
}

export interface Made {
	list: NounId;
	id: string;
}

export interface Job {
	name: string;
	/** What is sent; without, the server fetches it. */
	file?: Blob;
	/** Asks the server where to send it, or lets it fetch it, which answers what was made. */
	begin: () => Promise<{ $sendTo: string } | string>;
	/** Told the answer of the server, and says what has been made. */
	end: (answer: unknown) => Promise<Made | undefined> | Made | undefined;
}

/** Files that are sent at once: more are no faster, and each holds a connection to a host. */
const AT_ONCE = 2;
/** Over how long the rate is told, in ms. */
const SPAN = 3000;

export class Uploads {
	readonly #listeners = new Set<() => void>();
	readonly #jobs = new Map<number, Job>();
	readonly #sendings = new Map<number, Sending>();
	/** Those that were taken back before the server said where to send them. */
	readonly #taken = new Set<number>();
	#list: readonly Upload[] = [];
	#next = 1;

	/** All of them, the newest last; the same array until something changed. */
	readonly list = (): readonly Upload[] => this.#list;

	readonly watch = (listener: () => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	add(job: Job): number {
		const id = this.#next++;
		this.#jobs.set(id, job);
		this.#tell([
			...this.#list,
			{ id, name: job.name, size: job.file?.size, state: 'waiting', sent: 0, rate: undefined },
		]);
		this.#go();
		return id;
	}

	/** Takes back one that is not done. What the server has made of it so far, it deletes. */
	cancel(id: number): void {
		const one = this.#list.find((upload) => upload.id === id);
		if (one?.state === 'waiting') this.#change(id, { state: 'cancelled' });
		else if (this.#sendings.has(id)) this.#sendings.get(id)?.cancel();
		else this.#taken.add(id);
	}

	/** Sends one that failed or was cancelled from its beginning. */
	again(id: number): void {
		this.#change(id, { state: 'waiting', sent: 0, rate: undefined, error: undefined });
		this.#go();
	}

	/** Forgets those that have ended. */
	clear(): void {
		const kept = this.#list.filter(isUnderWay);
		for (const { id } of this.#list) if (!kept.some((one) => one.id === id)) this.#jobs.delete(id);
		this.#tell(kept);
	}

	#go(): void {
		let busy = this.#list.filter(({ state }) => state === 'sending' || state === 'working').length;
		for (const { id, state } of this.#list) {
			if (busy >= AT_ONCE) return;
			if (state !== 'waiting') continue;
			busy++;
			void this.#run(id);
		}
	}

	async #run(id: number): Promise<void> {
		const job = this.#jobs.get(id);
		if (job === undefined) return;
		this.#change(id, { state: job.file === undefined ? 'working' : 'sending' });
		try {
			const begun = await job.begin();
			if (this.#taken.delete(id)) throw new Cancelled('cancelled');
			const answer = typeof begun === 'string' ? begun : await this.#send(id, begun, job.file ?? new Blob());
			const made = await job.end(answer);
			this.#change(id, { state: 'done', made });
		} catch (error) {
			const state = error instanceof Cancelled ? 'cancelled' : 'failed';
			this.#change(id, { state, error: state === 'failed' ? errorText(error) : undefined });
		} finally {
			this.#sendings.delete(id);
			this.#go();
		}
	}

	#send(id: number, to: { $sendTo: string }, file: Blob): Promise<unknown> {
		const points: [at: number, sent: number][] = [[performance.now(), 0]];
		const sending = send(to, file, (sent) => {
			const now = performance.now();
			points.push([now, sent]);
			while (points.length > 2 && now - (points[1]?.[0] ?? now) > SPAN) points.shift();
			const [at, before] = points[0] ?? [now, 0];
			const rate = now - at < 200 ? undefined : ((sent - before) * 1000) / (now - at);
			this.#change(id, { sent, rate, state: sent >= file.size ? 'working' : 'sending' });
		});
		this.#sendings.set(id, sending);
		return sending.answer;
	}

	#change(id: number, change: Partial<Upload>): void {
		this.#tell(this.#list.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
	}

	#tell(list: readonly Upload[]): void {
		this.#list = list;
		const isBusy = list.some(isUnderWay);
		if (isBusy) addEventListener('beforeunload', ask);
		else removeEventListener('beforeunload', ask);
		for (const listener of [...this.#listeners]) listener();
	}
}

export function isUnderWay({ state }: Upload): boolean {
	return state === 'waiting' || state === 'sending' || state === 'working';
}

function ask(event: BeforeUnloadEvent): void {
	event.preventDefault();
}

/** Those of this page. */
export const uploads = new Uploads();
