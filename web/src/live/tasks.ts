/** Tasks of the server, told as they change while somebody looks. A server that does not tell of them has none here. */
import type { Connection } from './connection';
import { onNextFrame, type Schedule } from './frame';

export interface XoTask {
	id: string;
	status: 'pending' | 'success' | 'failure' | 'interrupted';
	/** In ms since the epoch. */
	start: number;
	end?: number;
	properties: {
		name?: string;
		method?: string;
		objectId?: string;
		progress?: number;
		type?: string;
		/** Of what goes host by host: how far each is. */
		plan?: readonly PlannedHost[];
	};
	abortionRequestedAt?: number;
	/** Of one that failed: why. */
	result?: unknown;
	/** What it waits for; those of pools have the reference of their task there. */
	tasks?: readonly XoTaskPart[];
}

/** A part of a task. */
export interface XoTaskPart {
	id: string;
	status?: XoTask['status'];
	start?: number;
	end?: number;
	properties?: { name?: string; objectId?: string };
	result?: unknown;
}

/** A host in a plan: what is done to it now, or has been. */
export interface PlannedHost {
	host: string;
	name: string;
	phase: Phase;
}

export type Phase = 'waiting' | 'skipped' | 'emptying' | 'installing' | 'restarting' | 'done' | 'failed';

export class Tasks {
	readonly #connection: Connection;
	readonly #schedule: Schedule;
	readonly #listeners = new Set<() => void>();
	readonly #tasks = new Map<string, XoTask>();
	#running: readonly XoTask[] = [];
	#scheduled = false;

	constructor(connection: Connection, schedule: Schedule = onNextFrame) {
		this.#connection = connection;
		this.#schedule = schedule;
		connection.listen('task', (params) => this.#tell(params as { updated: XoTask[]; removed: string[] }));
		connection.watch(() => void this.#begin());
		void this.#begin();
	}

	/** Those under way, newest first; the same array until something changed. */
	readonly running = (): readonly XoTask[] => this.#running;

	readonly watch = (listener: () => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	async #begin(): Promise<void> {
		if (this.#connection.state.is !== 'live') return;
		try {
			const tasks = (await this.#connection.call('api.subscribeTasks', {})) as XoTask[];
			this.#tasks.clear();
			this.#tell({ updated: tasks, removed: [] });
		} catch {
			// An older server does not tell of tasks; what its pools do is seen all the same.
			this.#tasks.clear();
			this.#tell({ updated: [], removed: [] });
		}
	}

	#tell({ updated, removed }: { updated: XoTask[]; removed: string[] }): void {
		for (const task of updated) {
			if (task.status === 'pending') this.#tasks.set(task.id, task);
			else this.#tasks.delete(task.id);
		}
		for (const id of removed) this.#tasks.delete(id);
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#schedule(() => {
			this.#scheduled = false;
			this.#running = [...this.#tasks.values()].sort((a, b) => b.start - a.start);
			for (const listener of [...this.#listeners]) listener();
		});
	}
}
