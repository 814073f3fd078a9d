/** The real server, in demo mode or empty, with a folder and a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Running {
	/** Where it listens: `http://127.0.0.1:PORT`. */
	url: string;
	/** All it wrote so far. */
	output: () => string;
	stop: () => Promise<void>;
}

/** What `--demo` signs in with. */
export const DEMO = { email: 'admin@admin.net', password: 'admin' };
/** How long a program may take to listen, in ms; a debug build reads a large pool slowly. */
const START = 180_000;
/** How long it may take to end after SIGTERM, in ms. */
const STOP = 15_000;

/**
 * A configuration in the folder of a server. With XO_WEB_DIST set, it serves the pages of that folder in place of those
 * it was built with.
 */
async function configuration(data: string, more = ''): Promise<string[]> {
	const dist = process.env.XO_WEB_DIST;
	const pages = dist === undefined ? '' : `[http.publicMounts]\n"/" = ${JSON.stringify(dist)}\n`;
	if (pages + more === '') return [];
	const config = join(data, 'e2e.toml');
	await writeFile(config, pages + more);
	return ['--config', config];
}

function program(name: 'xo-server' | 'xapi-sim'): string {
	const server = process.env.XO_SERVER_BIN;
	if (server === undefined) throw new Error('set XO_SERVER_BIN to the xo-server program, as `cargo xtask test` does');
	const path = name === 'xo-server' ? server : (process.env.XAPI_SIM_BIN ?? join(dirname(server), name));
	if (!existsSync(path)) throw new Error(`${path} does not exist; build it with \`cargo build -p ${name}\``);
	return path;
}

async function run(name: 'xo-server' | 'xapi-sim', args: string[], after: () => Promise<void>): Promise<Running> {
	const child = spawn(program(name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	child.stdout.on('data', (data) => {
		output += data;
	});
	child.stderr.on('data', (data) => {
		output += data;
	});
	const stop = async () => {
		await end(child);
		await after();
	};
	try {
		const url = await new Promise<string>((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`${name} did not listen within ${START} ms:\n${output}`)), START);
			const look = () => {
				const found = /listening on (http:\/\/[\d.:]+)/.exec(output)?.[1];
				if (found === undefined) return;
				clearTimeout(timer);
				resolve(found);
			};
			child.stdout.on('data', look);
			child.stderr.on('data', look);
			child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${output}`)));
			child.once('error', reject);
		});
		return { url, output: () => output, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), STOP);
	await ended;
	clearTimeout(timer);
}

function newFolder(): Promise<string> {
	return mkdtemp(join(tmpdir(), 'xo-e2e-'));
}

/** Starts a server with a simulated world: `small`, `two-pools`, `large:N`; `config` is TOML. */
export async function startDemo(world = 'small', config = ''): Promise<Running> {
	const data = await newFolder();
	const args = [`--demo=${world}`, '--data', data, '--listen', '127.0.0.1:0', ...(await configuration(data, config))];
	return run('xo-server', args, () => rm(data, { recursive: true, force: true }));
}

/** Starts a demo that can be stopped and started again at the same address with what it knew. */
export async function startLasting(world = 'small'): Promise<Running & { startAgain: () => Promise<Running> }> {
	const data = await newFolder();
	const config = await configuration(data);
	const start = (listen: string) =>
		run('xo-server', [`--demo=${world}`, '--data', data, '--listen', listen, ...config], async () => undefined);
	const first = await start('127.0.0.1:0');
	const startAgain = async () => {
		const second = await start(new URL(first.url).host);
		return {
			...second,
			stop: async () => {
				await second.stop();
				await rm(data, { recursive: true, force: true });
			},
		};
	};
	return { ...first, startAgain };
}

/** Starts a server that knows no pool, with the password of its first administrator and more of a configuration, in TOML. */
export async function startEmpty(config = ''): Promise<Running & { password: string }> {
	const data = await newFolder();
	const args = ['--data', data, '--listen', '127.0.0.1:0', ...(await configuration(data, config))];
	const server = await run('xo-server', args, () => rm(data, { recursive: true, force: true }));
	const password = /with the password `(\w+)`/.exec(server.output())?.[1];
	if (password === undefined) throw new Error(`the first password is not printed:\n${server.output()}`);
	return { ...server, password };
}

/** Starts a simulated pool, with further arguments; `root` signs in to it with `password`. */
export function startPool(world = 'small', ...more: string[]): Promise<Running> {
	return run('xapi-sim', ['--world', world, '--listen', '127.0.0.1:0', ...more], async () => undefined);
}
