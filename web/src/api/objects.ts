/**
 * Objects as the server sends them, with the wire's names. Only the properties that these pages read are listed;
 * objects carry more, and the filter box sees all of them. Sizes are bytes, times seconds since the epoch, UTC.
 */

export type PowerState = 'Running' | 'Halted' | 'Paused' | 'Suspended';

interface Entity {
	id: string;
	/** Id of the pool. */
	$pool: string;
}

export interface VM extends Entity {
	type: 'VM';
	uuid: string;
	name_label: string;
	name_description: string;
	power_state: PowerState;
	CPUs: { max: number; number: number };
	memory: { dynamic: [number, number]; static: [number, number]; size: number; usage?: number };
	/** Keys `<device>/ipv4/<n>` and `<device>/ipv6/<n>`. */
	addresses: Record<string, string>;
	mainIpAddress?: string;
	tags: string[];
	/** Task id → XAPI operation that is running. */
	current_operations: Record<string, string>;
	/** XAPI operation → why it is refused. */
	blockedOperations: Record<string, string>;
	/** The host it runs on (or whose disks it uses), else its pool. */
	$container: string;
	snapshots: string[];
	$VBDs: string[];
	VIFs: string[];
	os_version: Record<string, string> | null;
	startTime?: number | null;
	installTime?: number | null;
	virtualizationMode: string;
	boot: Record<string, string>;
	auto_poweron: boolean;
	high_availability: string;
	/** Running VMs only: whether the guest's management agent answers. */
	managementAgentDetected?: boolean;
	pvDriversDetected?: boolean;
	pvDriversVersion?: string;
	/** The rest is what it is configured to be. */
	affinityHost?: string;
	/** Addresses of PCI devices, such as `0000:04:00.0`. */
	attachedPcis?: string[];
	coresPerSocket?: number;
	cpuCap?: number;
	cpuMask?: number[];
	cpuWeight?: number;
	expNestedHvm: boolean;
	hasVendorDevice: boolean;
	isNestedVirtEnabled: boolean;
	nicType?: string;
	notes?: string;
	other: Record<string, string>;
	PV_args?: string;
	secureBoot: boolean;
	startDelay: number;
	suspendSr?: string;
	vga?: string;
	VGPUs: string[];
	videoram?: number;
	viridian: boolean;
	VTPMs: string[];
	xenStoreData: Record<string, string>;
}

/** A template has all that a VM has. */
export interface VmTemplate extends Omit<VM, 'type'> {
	type: 'VM-template';
	isDefaultTemplate: boolean;
}

export interface Host extends Entity {
	type: 'host';
	name_label: string;
	name_description: string;
	address: string;
	hostname: string;
	power_state: 'Running' | 'Halted' | 'Unknown';
	enabled: boolean;
	memory: { usage: number; size: number };
	cpus: { cores?: number; sockets?: number };
	version: string;
	productBrand: string;
}

export interface Pool extends Entity {
	type: 'pool';
	name_label: string;
	name_description: string;
	master: string;
}

export interface Task extends Entity {
	type: 'task';
	name_label: string;
	name_description: string;
	status: 'pending' | 'success' | 'failure' | 'cancelling' | 'cancelled';
	/** 0 to 1. */
	progress: number;
	created: number;
	finished?: number | null;
	allowedOperations: string[];
	/** Id of the object it works on, where the host says so. */
	applies_to?: string;
	$host?: string;
}

/** The kinds of object these pages keep, by the wire's `type`. */
export interface Kinds {
	VM: VM;
	'VM-template': VmTemplate;
	host: Host;
	pool: Pool;
	task: Task;
}

export type Kind = keyof Kinds;
export type AnyObject = Kinds[Kind];

export interface User {
	id: string;
	email: string;
	permission: string;
	groups: string[];
	preferences: Record<string, unknown>;
}

/** A connection to a pool, as configured on the server. */
export interface Server {
	id: string;
	host: string;
	label?: string | null;
	username: string;
	enabled: boolean;
	readOnly: boolean;
	allowUnauthorized: boolean;
	status: 'connected' | 'connecting' | 'disconnected';
	httpProxy?: string | null;
	poolId?: string | null;
	poolNameLabel?: string | null;
	poolMembersAddresses?: string[] | null;
	/** Id of the host that coordinates the pool. */
	master?: string | null;
	/** Since when what is shown of its pool is not up to date, in ms since the epoch. */
	staleSince?: number | null;
	/** Why the last connection failed; its shape depends on the cause. */
	error?: { message?: string; code?: string | number; certificate?: Certificate } | null;
}

/** A certificate of a host that is not accepted. Times are ms since the epoch. */
export interface Certificate {
	address: string;
	fingerprint: string;
	subject: string;
	issuer: string;
	validFrom?: number | null;
	validUntil?: number | null;
}
