// Generated from the operation table by `cargo xtask gen`; do not edit.

/** A rule. */
export interface RuleInfo {
  /** Id of the user or group. */
  subject: string
  /** Id of the object. */
  object: string
  /** Role. */
  action: string
  /** Names the rule; follows from what it says. */
  id: string
}

/** An alarm as a message with a body that has been read. */
export interface Recorded {
  /** Id of the message. */
  id: string
  /** `message`. */
  type: string
  /** Name of the message, such as `ALARM`. */
  name: string
  /** When; seconds since 1970, UTC. */
  time?: number | null
  /** What it says. */
  body: Body
  /** What it is about. */
  object: About
  /** Uuid of the message. */
  uuid: string
  /** Id of the pool. */
  $pool: string
  /** The same. */
  $poolId: string
  /** Reference of the message at its pool. */
  _xapiRef: string
}

/** What an alarm says. */
export interface Body {
  /** What was measured, such as `cpu_usage`; the sentence of an alarm about something else. */
  name: string
  /** What the measurement gave, in the unit of the data source. */
  value?: string | null
}

/** What an alarm is about. */
export interface About {
  /** Kind, such as `VM`; `unknown` where it is gone. */
  type: string
  /** Its uuid, as the host tells it. */
  uuid: string
  /** Where it is. */
  href?: string | null
}

/** An alarm. */
export interface Alarm {
  /** Id of the message. */
  id: string
  /** `alarm`. */
  type: string
  /** Id of the pool. */
  $pool: string
  /** Id of what it is about, as the host tells it; that may be gone by now. */
  $object: string
  /** Kind of what it is about, such as `VM`; missing where that is gone. */
  objectType?: string | null
  /** Name of what it is about. */
  objectName?: string | null
  /** Name of the message, such as `ALARM` or `HA_HOST_FAILED`. */
  name: string
  /** What it is about: `threshold`, `highAvailability`, `license`, `bond`, `multipath`, `storage`, `certificate`, `host`, `vm`, `security`, `update`, `other`. */
  topic: string
  /** `critical`, `warning` or `info`. */
  severity: string
  /** A sentence for people. */
  text: string
  /** What was measured: `name`, `value`, and `level`, `period` in seconds, `sense` where known. */
  reading?: Record<string, unknown> | null
  /** When; seconds since 1970, UTC. */
  time?: number | null
  /** Who has acknowledged it. */
  acknowledged?: Acknowledged | null
}

/** Who has acknowledged an alarm. */
export interface Acknowledged {
  /** Id of the user. */
  user: string
  /** When; milliseconds since 1970, UTC. */
  time: number
  /** What the user wrote. */
  note?: string | null
}

/** A call. */
export interface CallInfo {
  /** Id of its task. */
  id: string
  /** Operation; `null` for a task that is no call. */
  method: unknown
  /** Name of a task that is no call. */
  name?: unknown
  /** Parameters, secrets masked. */
  params: unknown
  /** Id of who called. */
  user_id: unknown
  /** Milliseconds since the epoch. */
  start: number
  /** Objects that are done with, well or not, and all of them; nothing of a call on one object. */
  progress?: ProgressInfo | null
  /** Objects that it works on, and the last of those it failed on. */
  objects?: ObjectInfo[]
  /** When it was cancelled, in milliseconds since the epoch; it ends what it has begun. */
  cancelled?: number | null
}

/** How far a call has come. */
export interface ProgressInfo {
  done: number
  total: number
}

/** An object that a call works on. */
export interface ObjectInfo {
  id: string
  name?: string | null
  /** `pending` or `failure`. */
  status: string
}

/** A connection. */
export interface ConnectionInfo {
  /** Address of the client. */
  user_ip: string
  /** Who is signed in. */
  user_id?: string | null
}

/** A text for cloud-init. */
export interface CloudConfigInfo {
  /** Name. */
  name: string
  /** The text. */
  template: string
  /** `network` if it is about the network. */
  type?: string | null
  /** Its id. */
  id: string
}

/** Where a file is. */
export interface Offered {
  /** One-time URL, as a path. */
  $getFrom: string
}

/** Where to send a file, or what has been made of one that was fetched. */
export type SendToOrId = SendTo | string

/** Where to send a file. */
export interface SendTo {
  /** One-time URL, as a path. */
  $sendTo: string
}

export type Bios = {
  /** Version, as the vendor writes it. */
  currentBiosVersion: string
} | boolean

/** A sensor. */
export interface Sensor {
  /** Name that the board has for it. */
  name: string
  /** What it measures, with its unit: `10920 RPM`. */
  value: string
  /** How it stands: `ok`, `nc`, `cr`, `ns` … */
  event: string
}

/** Whether the cores of a host run two threads each. */
export interface Smt {
  enabled: boolean
}

/** Statistics of one object. */
export interface Answer {
  /** When the last value ends, seconds since the epoch by the clock of the host. */
  endTimestamp: number
  /** Seconds from one value to the next. */
  interval: number
  /** Values, oldest first; lists end at the same time. */
  stats: HostStats
}

/** What is measured of a host; what it does not measure is left out. */
export interface HostStats {
  /** Use of each processor, percent, by its number. */
  cpus?: Record<string, Values> | null
  /** Throughput of storage, bytes a second, by the first eight digits of its uuid. */
  ioThroughput?: ReadWrite | null
  /** Operations of storage a second, by the first eight digits of its uuid. */
  iops?: ReadWrite | null
  /** Part of the time spent waiting for storage, between 0 and 1, by the first eight digits of its uuid. */
  iowait?: Record<string, Values> | null
  /** Latency of storage, ms, by the first eight digits of its uuid. */
  latency?: ReadWrite | null
  /** Load of the control domain. */
  load?: Values | null
  /** Memory, bytes. */
  memory?: Values | null
  /** Memory that is free, bytes. */
  memoryFree?: Values | null
  /** Traffic of network cards, bytes a second, by the number of the card. */
  pifs?: ReceiveSend | null
}

/** Values, oldest first; `null` where there is none. */
export type Values = (number | null)[]

/** Values of what is read and what is written. */
export interface ReadWrite {
  /** Read. */
  r: Record<string, Values>
  /** Written. */
  w: Record<string, Values>
}

/** Values of what is received and what is sent. */
export interface ReceiveSend {
  /** Received. */
  rx: Record<string, Values>
  /** Sent. */
  tx: Record<string, Values>
}

/** A part of the journal. */
export interface Page {
  /** What was found among the entries that were looked at; there may be more even where there is nothing. */
  entries: Told[]
  /** Where to go on; missing at the end. */
  next?: string | null
}

/** An entry of the journal. */
export type Told = Event | Called

/** What happened to an object. */
export interface Event {
  /** Names the entry. */
  id: number
  /** When; milliseconds since 1970, UTC. */
  time: number
  /** Id of the pool. */
  $pool: string
  /** XAPI class of the object, such as `VM`. */
  class: string
  /** Id of the object. */
  object: string
  /** `add`, `mod`, `del`, or `init` where a pool was listed anew. */
  operation: string
  /** What changed: field → `[old, new]`; `null` where that would be too long. */
  changes: Record<string, unknown>
}

/** What a user called. */
export interface Called {
  /** Names the entry. */
  id: number
  /** When it ended; milliseconds since 1970, UTC. */
  time: number
  /** When it began. */
  start: number
  /** Id of the user. */
  user: string
  /** Name of the operation. */
  method: string
  /** Its parameters, secrets masked and what is long cut; told to administrators and to who called. */
  params?: unknown
  /** The objects that it named or made. */
  objects: string[]
  /** `success` or `failure`. */
  outcome: string
  /** Why it failed. */
  error?: unknown
}

/** Entries by their ids, oldest first. */
export type Entries = Record<string, Entry>

/** An entry of a log. */
export interface Entry {
  /** How bad it is: `debug`, `info`, `notice`, `warning` or `error`. */
  level: string
  /** A sentence for people. */
  message: string
  /** What belongs to it; of a call that failed its user, address, method, parameters, duration in ms and error. */
  data: unknown
  /** The log that it is in. */
  namespace: string
  /** When; milliseconds since 1970, UTC. */
  time: number
}

/** That assistants may call. */
export interface McpStatus {
  /** `true`. */
  enabled: boolean
}

/** A pool at a glance. */
export interface Dashboard {
  /** Hosts. */
  hosts: OfHosts
  /** VMs. */
  vms: OfVms
  /** Storage. */
  srs: OfSrs
  /** Ids of alarms. */
  alarms: string[]
  /** Processors that VMs have, and that there are. */
  cpuProvisioning: Provisioning
}

export interface OfHosts {
  /** By state. */
  status: Hosts
  /** Those that use most. */
  topFiveUsage: TopHosts
  /** Patches that they miss. */
  missingPatches: Listed
}

/** How many hosts are in which state. */
export interface Hosts {
  /** Up, and no VM starts there. */
  disabled: number
  /** Up. */
  running: number
  /** Off. */
  halted: number
  /** All. */
  total: number
}

export interface TopHosts {
  /** Of processors. */
  cpu: Cpu[]
  /** Of memory. */
  ram: Ram[]
}

/** Use of processors. */
export interface Cpu {
  /** Name. */
  name_label: string
  /** Id. */
  id: string
  /** Use of all its processors, percent. */
  percent: number
}

/** Use of memory of a host. */
export interface Ram {
  /** Name. */
  name_label: string
  /** Id. */
  id: string
  /** Use, percent. */
  percent: number
  /** Taken, bytes. */
  usage: number
  /** All there is, bytes. */
  size: number
}

/** Patches that the hosts of a pool miss. */
export interface Listed {
  /** Whether hosts are asked: `true`. */
  hasAuthorization: boolean
  /** Each of them once, as its product describes it. */
  missingPatches: unknown[]
  /** Hosts that could not be asked, or have not told in time, where there are some. */
  hostsFailed?: HostFailed[]
}

/** A host that does not tell. */
export interface HostFailed {
  /** Id. */
  id: string
  /** Name. */
  name_label: string
  /** Why. */
  message: string
}

export interface OfVms {
  /** By state. */
  status: Vms
  /** Those that use most. */
  topFiveUsage: TopVms
}

/** How many VMs are in which state. */
export interface Vms {
  /** Running. */
  running: number
  /** Off. */
  halted: number
  /** Paused. */
  paused: number
  /** Suspended. */
  suspended: number
  /** All. */
  total: number
}

export interface TopVms {
  /** Of processors. */
  cpu: Cpu[]
  /** Of memory. */
  ram: Ram2[]
}

/** Use of memory of a VM. */
export interface Ram2 {
  /** Name. */
  name_label: string
  /** Id. */
  id: string
  /** Use, percent. */
  percent: number
  /** What it has, bytes. */
  memory: number
  /** What of that is free, bytes. */
  memoryFree: number
}

export interface OfSrs {
  /** Those that are fullest. */
  topFiveUsage: Filled[]
}

/** Use of storage. */
export interface Filled {
  /** Name. */
  name_label: string
  /** Id. */
  id: string
  /** Use, percent. */
  percent: number
  /** Taken, bytes. */
  physical_usage: number
  /** All there is, bytes. */
  size: number
}

export interface Provisioning {
  /** Processors that there are. */
  total: number
  /** Virtual processors of VMs that run. */
  assigned: number
  /** The second of the first, percent. */
  percent: number
}

/** How far the restarts of a pool's hosts have come. */
export interface Shown {
  /** Whether it goes on; otherwise the server has stopped meanwhile. */
  running: boolean
  /** What is done to each host. */
  kind: Kind
  /** Id of the pool. */
  pool: string
  /** Id of the user who began it. */
  user: string
  /** When it began, milliseconds since the epoch. */
  start: number
  /** Hosts, in the order in which they restart. */
  hosts: Host[]
  /** Whether VMs are restarted, or their device models, where updates ask for it. */
  restartVms: boolean
  /** Where VMs ran when it began, by their ids. */
  homes: Record<string, string>
  /** VMs that cannot move and are shut down while their host restarts, by their ids. */
  pinned: Record<string, string>
  /** What is switched off meanwhile. */
  settings: Settings
}

/** What is done to each host. */
export type Kind = 'reboot' | 'update'

/** A host on its way. */
export interface Host {
  /** Id. */
  id: string
  /** Name. */
  name: string
  /** Whether VMs could start on it when it began. */
  wasEnabled: boolean
  /** How far it has come. */
  phase: Phase
  /** When it started, as it was before its restart; seconds since 1970. */
  started?: number | null
  /** Storage that was connected before its restart, by the ids of the connections. */
  storage?: string[]
}

/** How far a host has come. */
export type Phase = 'waiting' | 'skipped' | 'emptying' | 'installing' | 'restarting' | 'done' | 'failed'

/** What is switched off meanwhile, as it was. */
export interface Settings {
  /** High availability, where it was on. */
  highAvailability?: HighAvailability | null
  /** Whether VMs that want it started with their hosts. */
  autoPoweron: boolean
  /** Whether the pool balanced its load. */
  balancing: boolean
}

/** High availability as it was. */
export interface HighAvailability {
  /** Ids of the storage by which hosts know of each other. */
  srs: string[]
  /** Its settings. */
  configuration: Record<string, string>
}

/** A pool that is as wanted. */
export interface Found {
  /** Id of the pool. */
  id: string
}

/** What came of asking one host. */
export type OfHost = Answer | {
  /** The error. */
  error: Failure
}

/** Why a host tells nothing. */
export interface Failure {
  /** In words. */
  message: string
}

/** A role. */
export interface RoleInfo {
  /** Names it in rules. */
  id: string
  /** For people. */
  name: string
  /** Names of the rights that it gives. */
  permissions: string[]
}

/** A server and how it stands with it. */
export interface ServerInfo {
  /** Its id. */
  id: string
  /** Name or address of a host of the pool. */
  host: string
  /** User at the pool. */
  username: string
  /** Text for people. */
  label?: string | null
  /** Whether any certificate will do. */
  allowUnauthorized: boolean
  /** Whether it is connected at each start. */
  enabled: boolean
  /** Whether calls that change the pool are refused. */
  readOnly: boolean
  /** HTTP proxy to reach the pool through. */
  httpProxy?: string | null
  /** `connected`, `connecting` or `disconnected`. */
  status: string
  /** Why it is not connected. */
  error?: unknown
  /** Since when what is shown of the pool is not up to date, milliseconds since the epoch. */
  staleSince?: number | null
  /** Id of the pool, once it has been listed. */
  poolId?: string | null
  /** Name of the pool. */
  poolNameLabel?: string | null
  /** Addresses of the hosts of the pool. */
  poolMembersAddresses?: string[] | null
  /** Id of the host that coordinates the pool. */
  master?: string | null
}

/** A user. */
export interface UserInfo {
  /** Its id. */
  id: string
  /** Name to sign in with. */
  email: string
  /** Ids of its groups. */
  groups: string[]
  /** `admin` for administrators. */
  permission: string
  /** What clients keep for it. */
  preferences: Record<string, unknown>
  /** Identities at other sign-in providers, by provider. */
  authProviders?: Record<string, unknown>
}

/** A filter that is kept for all users. */
export interface SharedFilterInfo {
  /** Its id. */
  id: string
  /** Type of the objects that it chooses from, such as `VM`. */
  type: string
  /** Name; no other of the type has it. */
  name: string
  /** A text of the filter language. */
  filter: string
  /** Id of the user who made it, who may be gone. */
  user: string
  /** Whether the caller may change it: their own, administrators all. */
  editable: boolean
}

/** What is amiss with the chains of disks of a storage repository. */
export interface Chains {
  /** What hangs on a disk that is not there: the uuid of the disk, and that of what is missing. */
  vdisWithUnknownVhdParent: Record<string, string>
  /** How many disks below, by uuid, wait to be merged. */
  unhealthyVdis: Record<string, number>
  /** How many disks wait to be merged. */
  nUnhealthyVdis: number
}

/** A LUN that a host reaches by HBA. */
export interface Device {
  /** The adapter. */
  hba: string
  /** Number of the target. */
  id: string
  /** Path of the device on the host. */
  path: string
  /** Its SCSI id. */
  scsiId: string
  /** Its serial number. */
  serial: string
  /** Its size, in bytes. */
  size: number
  /** Who made the storage. */
  vendor: string
}

/** A storage repository that is on the storage. */
export interface Existing {
  /** Its uuid. */
  uuid: string
}

/** An iSCSI target. */
export interface Target {
  /** Its IQN. */
  iqn: string
  /** Its address. */
  ip: string
}

/** A LUN of an iSCSI target. */
export interface Lun {
  /** Its number. */
  id: string
  /** Who made the storage. */
  vendor: string
  /** Its serial number. */
  serial: string
  /** Its size, in bytes, if the target tells. */
  size?: string | null
  /** Its SCSI id. */
  scsiId: string
}

/** A share. */
export interface Export {
  /** Path on the server. */
  path: string
  /** Who may use it. */
  acl: string
}

/** Statistics of one object. */
export interface Answer2 {
  /** When the last value ends, seconds since the epoch by the clock of the host. */
  endTimestamp: number
  /** Seconds from one value to the next. */
  interval: number
  /** Values, oldest first; lists end at the same time. */
  stats: SrStats
}

/** What is measured of a repository; lists are empty where no host measures it. */
export interface SrStats {
  /** Throughput of all hosts, bytes a second. */
  ioThroughput: ReadWrite2
  /** Operations of all hosts, a second. */
  iops: ReadWrite2
  /** Part of the time that each host spent waiting, between 0 and 1, by its name. */
  iowait: Record<string, Values>
  /** Latency as hosts see it on the average, ms. */
  latency: ReadWrite2
}

/** What is read and what is written. */
export interface ReadWrite2 {
  /** Read. */
  r: Values
  /** Written. */
  w: Values
}

/** Load of VMs and hosts. */
export interface Loads {
  /** By id: use of all processors, percent, up to now, oldest first, each over 15 s, of ten minutes at most; `null` where nothing was measured. The list is empty for what does not run or is not seen; what is missing will be told of. */
  loads: Record<string, (number | null)[]>
}

/** All pools at a glance. */
export interface Dashboard2 {
  /** Pools. */
  nPools: number
  /** Hosts. */
  nHosts: number
  /** Hosts by state. */
  hostsStatus: HostsStatus
  /** What the hosts have. */
  resourcesOverview: Overview
  /** VMs by state. */
  vmsStatus: VmsStatus
  /** Room on storage. */
  storageRepositories: Storage
  /** Where backups are; there are none yet. */
  backupRepositories: Empty
  /** What is backed up; nothing is yet. */
  backups: Empty
  /** Patches that hosts miss. */
  missingPatches: Counted
  /** Connections to pools by state. */
  poolsStatus: PoolsStatus
}

/** How many hosts are in which state. */
export interface HostsStatus {
  /** Up, and no VM starts there. */
  disabled: number
  /** Up. */
  running: number
  /** Off. */
  halted: number
  /** All. */
  total: number
  /** In another state. */
  unknown: number
}

export type Overview = Empty | {
  /** Processors of all pools. */
  nCpus: number
  /** Memory of all hosts, bytes. */
  memorySize: number
  /** Room on all storage, bytes. */
  srSize: number
}

/** A section about something of which there is nothing. */
export interface Empty {
  /** `true`. */
  isEmpty: boolean
}

/** How many VMs are in which state. */
export interface VmsStatus {
  /** Running or paused. */
  active: number
  /** Off or suspended. */
  inactive: number
  /** Running. */
  running: number
  /** Off. */
  halted: number
  /** Paused. */
  paused: number
  /** Suspended. */
  suspended: number
  /** All. */
  total: number
  /** In another state. */
  unknown: number
}

export type Storage = Empty | {
  /** Room, bytes. */
  size: Room
}

/** Room on storage for disks, bytes. */
export interface Room {
  /** Free. */
  available: number
  /** Taken by what is no copy of a VM of elsewhere. */
  other: number
  /** Taken by copies of VMs of elsewhere, which only backups make. */
  replicated: number
  /** All. */
  total: number
  /** Taken. */
  used: number
}

/** Patches that hosts miss, counted. */
export interface Counted {
  /** Whether hosts are asked: `true`. */
  hasAuthorization: boolean
  /** Hosts. */
  nHosts: number
  /** Hosts that could not be asked, or have not told in time. */
  nHostsFailed: number
  /** Hosts that miss patches. */
  nHostsWithMissingPatches: number
  /** Hosts whose version gets no more patches; none tells that. */
  nHostsEol: Empty
  /** Pools. */
  nPools: number
  /** Pools with hosts that miss patches. */
  nPoolsWithMissingPatches: number
  /** Pools with hosts that could not be asked, where there are some. */
  poolsFailed?: PoolFailed[]
}

/** A pool that cannot tell, or not all. */
export interface PoolFailed {
  /** Id. */
  id: string
  /** Name. */
  name_label: string
  /** Its hosts that do not tell. */
  hosts: HostFailed[]
}

export interface PoolsStatus {
  /** Connected. */
  connected: number
  /** Not connected, as wanted. */
  disconnected: number
  /** Not connected, in spite of attempts. */
  unreachable: number
  /** Being connected. */
  unknown: number
  /** All. */
  total: number
}

/** Where the web interfaces are that clients know by the number of the original's. */
export interface GuiRoutes {
  /** Path in place of the older one. */
  xo5: string
  /** Path in place of the newer one. */
  xo6: string
}

/** That the server answers. */
export interface Pong {
  /** `pong`. */
  result: string
  /** The time of the server, milliseconds since the epoch. */
  timestamp: number
}

/** A tag with a colour. */
export interface Configured {
  /** Its colour, as `#ff0000`. */
  color: string
  /** Its text. */
  id: string
}

/** A token as it is listed. Its id is not the token itself, as it is in the original: only a hash of that is stored. Operations take either. */
export interface TokenInfo {
  /** Program that asked for it. */
  client?: Record<string, unknown> | null
  /** Milliseconds since the epoch. */
  created_at: number
  /** Text for people. */
  description?: string | null
  /** User who is signed in by it. */
  user_id: string
  /** Milliseconds since the epoch from which it is refused. */
  expiration: number
  /** Address → latest sign-in from there. */
  last_uses?: Record<string, Use>
  /** Names it. */
  id: string
}

/** A use of a token. */
export interface Use {
  /** Milliseconds since the epoch. */
  timestamp: number
}

/** A token that has just been created. */
export interface CreatedToken {
  /** The token; its `id` is what to sign in with. */
  token: TokenInfo
}

/** What a disk is after it has moved. */
export interface Moved {
  /** Its id, which may be a new one. */
  id: string
}

/** A selection. */
export interface Selection {
  /** Stands for what matches when it is used; good for this user, until it has not been used for 15 minutes. */
  token: string
}

/** What a view shows. */
export interface Shown2 {
  /** Names the view to this connection, and stands in its notifications. */
  id: number
  /** Objects that match. */
  total: number
  /** Those of the window: each with its `id` and the columns, or whole. */
  rows: Record<string, unknown>[]
  /** Numbers of objects by value, for each property to count by; `null` where there are more than 1000 values. */
  counts: Record<string, Record<string, number> | null>
}

/** A VM at a glance. */
export interface Dashboard3 {
  /** What it is: some of its properties under their names, and `host`, where it is. */
  quickInfo: Record<string, unknown>
  /** Ids of alarms. */
  alarms: string[]
  /** How it is backed up; nothing is yet. */
  backupsInfo: Backups
}

export interface Backups {
  /** Latest runs of jobs that it is in. */
  lastRuns: unknown[]
  /** Whether a job protects it: `not-in-active-job` where none does. */
  vmProtection: string
  /** Its latest copy elsewhere. */
  replication: Record<string, unknown>
  /** Its latest backups. */
  backupArchives: unknown[]
}

/** Statistics of one object. */
export interface Answer3 {
  /** When the last value ends, seconds since the epoch by the clock of the host. */
  endTimestamp: number
  /** Seconds from one value to the next. */
  interval: number
  /** Values, oldest first; lists end at the same time. */
  stats: VmStats
}

/** What is measured of a VM; what its host does not measure is left out. */
export interface VmStats {
  /** Use of all its processors, percent. */
  cpuUsage?: Values | null
  /** Use of each processor, percent, by its number. */
  cpus?: Record<string, Values> | null
  /** Operations of disks a second, by the last letter of the device. */
  iops?: Operations | null
  /** Memory that it has, bytes. */
  memory?: Values | null
  /** Memory that is free in it, bytes; its agent tells. */
  memoryFree?: Values | null
  /** Memory that it is to have, bytes. */
  memoryTarget?: Values | null
  /** Part of the time in which all its processors were idle, percent. */
  runstateBlocked?: Values | null
  /** Part of the time in which some ran and some waited for a processor, percent. */
  runstateConcurrencyHazard?: Values | null
  /** Part of the time in which all waited for a processor, percent. */
  runstateFullContention?: Values | null
  /** Part of the time in which all ran, percent. */
  runstateFullrun?: Values | null
  /** Part of the time in which some waited for a processor and some were idle, percent. */
  runstatePartialContention?: Values | null
  /** Part of the time in which some ran and some were idle, percent. */
  runstatePartialRun?: Values | null
  /** Requests that wait in the queue of a disk, by the last letter of the device. */
  vbdAvgquSz?: Record<string, Values> | null
  /** Requests of a disk under way, by the last letter of the device. */
  vbdInflight?: Record<string, Values> | null
  /** Part of the time spent waiting for a disk, between 0 and 1, by the last letter of the device. */
  vbdIowait?: Record<string, Values> | null
  /** Latency of disks, ms, by the last letter of the device. */
  vbdLatency?: ReadWrite | null
  /** Errors of interfaces a second, by the number of the interface. */
  vifErrors?: ReceiveSend | null
  /** Traffic of interfaces, bytes a second, by the number of the interface. */
  vifs?: ReceiveSend | null
  /** Throughput of disks, bytes a second, by the last letter of the device. */
  xvds?: ReadWrite | null
}

/** Operations of disks. */
export interface Operations {
  /** Read. */
  r: Record<string, Values>
  /** Both. */
  total?: Record<string, Values> | null
  /** Written. */
  w: Record<string, Values>
}

/** Parameters and result of each operation. */
export interface Methods {
  /** Give a user or group a role on an object and on what belongs to it. */
  'acl.add': {
    params: {
      /** Id of the user or group. */
      subject: string
      /** Id of the object. */
      object: string
      /** Role: `viewer`, `operator` or `admin`. */
      action: string
    }
    result: true
  }
  /** List the rules. */
  'acl.get': {
    params: Record<string, never>
    result: RuleInfo[]
  }
  /** Tell what the rules give the user who calls and its groups, by object, without what follows for other objects. */
  'acl.getCurrentPermissions': {
    params: Record<string, never>
    result: Record<string, Record<string, number>>
  }
  /** Take a role on an object from a user or group; one that they do not have is passed over. */
  'acl.remove': {
    params: {
      /** Id of the user or group. */
      subject: string
      /** Id of the object. */
      object: string
      /** Role: `viewer`, `operator` or `admin`. */
      action: string
    }
    result: true
  }
  /** Give a role a privilege and return its id. */
  'aclPrivilege.create': {
    params: {
      /** The role; none that comes with the server. */
      roleId: string
      /** Kind of resource, such as `vm` or `user`. */
      resource: string
      /** `*`, or an action on resources of this kind such as `start`; `update` stands for `update:tags`, too. */
      action: string
      /** `deny` takes away what other privileges allow. */
      effect: 'allow' | 'deny'
      /** Which resources, as a filter; all when left out. */
      selector?: string
    }
    result: string
  }
  /** Take a privilege from its role. */
  'aclPrivilege.delete': {
    params: {
      /** Privilege to delete; none of a role that comes with the server. */
      id: string
    }
    result: true
  }
  /** Tell of a privilege. */
  'aclPrivilege.get': {
    params: {
      /** The privilege. */
      id: string
    }
    result: unknown
  }
  /** List the privileges that the caller may read. */
  'aclPrivilege.list': {
    params: Record<string, never>
    result: unknown[]
  }
  /** Change a privilege. */
  'aclPrivilege.set': {
    params: {
      /** Privilege to change; none of a role that comes with the server. */
      id: string
      /** Kind of resource. */
      resource?: string
      /** `*`, or an action on resources of this kind. */
      action?: string
      /** What it does. */
      effect?: 'allow' | 'deny'
      /** Which resources, as a filter; `null` for all. */
      selector?: string | null
    }
    result: true
  }
  /** Give a role to a group, and so to its users; one that has it keeps it. */
  'aclRole.addGroup': {
    params: {
      /** Role to give; none that comes with the server. */
      id: string
      /** Group to give it to. */
      groupId: string
    }
    result: true
  }
  /** Give a role to a user; one who has it keeps it. */
  'aclRole.addUser': {
    params: {
      /** Role to give; none that comes with the server. */
      id: string
      /** User to give it to. */
      userId: string
    }
    result: true
  }
  /** Create a role that gives the same privileges as another, and return its id; nobody has it yet. */
  'aclRole.copy': {
    params: {
      /** Role to copy. */
      id: string
      /** For people; `Copy of` and the name of the other when left out. */
      name?: string
      /** For people; that of the other when left out. */
      description?: string
    }
    result: string
  }
  /** Create a role without privileges and return its id. */
  'aclRole.create': {
    params: {
      /** For people. */
      name: string
      /** For people. */
      description?: string
    }
    result: string
  }
  /** Delete a role with its privileges; who had it loses what it gave. */
  'aclRole.delete': {
    params: {
      /** Role to delete; none that comes with the server. */
      id: string
    }
    result: true
  }
  /** Tell of a role. */
  'aclRole.get': {
    params: {
      /** The role. */
      id: string
    }
    result: unknown
  }
  /** List the groups that have a role, of those that the caller may read. */
  'aclRole.getGroups': {
    params: {
      /** The role. */
      id: string
    }
    result: unknown[]
  }
  /** List the privileges of a role that the caller may read. */
  'aclRole.getPrivileges': {
    params: {
      /** The role. */
      id: string
    }
    result: unknown[]
  }
  /** List the users who have a role themselves, of those whom the caller may read. */
  'aclRole.getUsers': {
    params: {
      /** The role. */
      id: string
    }
    result: unknown[]
  }
  /** List the newer roles that the caller may read. */
  'aclRole.list': {
    params: Record<string, never>
    result: unknown[]
  }
  /** Take a role from a group; one that does not have it is passed over. */
  'aclRole.removeGroup': {
    params: {
      /** Role to take. */
      id: string
      /** Group to take it from. */
      groupId: string
    }
    result: true
  }
  /** Take a role from a user; one who does not have it is passed over. */
  'aclRole.removeUser': {
    params: {
      /** Role to take. */
      id: string
      /** User to take it from. */
      userId: string
    }
    result: true
  }
  /** Change what a role is called. */
  'aclRole.set': {
    params: {
      /** Role to change; none that comes with the server. */
      id: string
      /** For people. */
      name?: string
      /** For people. */
      description?: string
    }
    result: true
  }
  /** Acknowledge an alarm: it is listed no more unless asked for, until its message is deleted at the host. */
  'alarm.acknowledge': {
    params: {
      /** Message that the alarm is. */
      id: string
      /** What others should know. */
      note?: string
    }
    result: true
  }
  /** Return an alarm as the message that it is. */
  'alarm.get': {
    params: {
      /** Message that the alarm is. */
      id: string
    }
    result: Recorded
  }
  /** List the alarms about objects that the user may see as the messages that they are, acknowledged ones too. */
  'alarm.getAll': {
    params: Record<string, never>
    result: Recorded[]
  }
  /** List the alarms about an object as the messages that they are. */
  'alarm.getOf': {
    params: {
      /** What they are about. */
      id: string
    }
    result: Recorded[]
  }
  /** List the alarms about objects that the user may see, newest first. */
  'alarm.list': {
    params: {
      /** Which ones: an example such as `{"topic": "bond"}`, or a text such as `severity:critical reading:name:cpu`. */
      filter?: Record<string, unknown> | string
      /** Whether to list those too that somebody has acknowledged. */
      acknowledged?: boolean
      /** Most alarms to list; 1000 when left out. */
      limit?: number
    }
    result: Alarm[]
  }
  /** Take the acknowledgement of an alarm back, whoever has given it. */
  'alarm.unacknowledge': {
    params: {
      /** Message that the alarm is. */
      id: string
    }
    result: true
  }
  /** End a task: it begins nothing more, waits no longer, and a host is asked to cancel what it does for it. */
  'api.abortTask': {
    params: {
      /** The task; one's own, unless for administrators. */
      id: string
    }
    result: true
  }
  /** Begin no further object of a call on many; what it has begun goes on, the rest is answered as skipped. What only waits (`test.wait`, `test.createTask`) ends, and so does an upload, with what was made for it; of a call on one object the host is asked to cancel what it does. */
  'api.cancelCall': {
    params: {
      /** Id of the call, as `api.getCalls` tells it. */
      id: string
    }
    result: true
  }
  /** Close every connection, the one that calls too; clients connect again by themselves. */
  'api.closeAllConnections': {
    params: Record<string, never>
    result: true
  }
  /** Forget a task that has ended. */
  'api.deleteTask': {
    params: {
      /** The task; one's own, unless for administrators. */
      id: string
    }
    result: true
  }
  /** Forget every task that has ended: one's own, or all for administrators. */
  'api.deleteTasks': {
    params: Record<string, never>
    result: true
  }
  /** List the calls under way, oldest first: one's own, or all for administrators. */
  'api.getCalls': {
    params: Record<string, never>
    result: CallInfo[]
  }
  /** List the connections that are open. */
  'api.getConnections': {
    params: Record<string, never>
    result: ConnectionInfo[]
  }
  /** Tell of a task, at once or when something has come of it. */
  'api.getTask': {
    params: {
      /** The task. */
      id: string
      /** What to wait for: `true` and `result` for the end, `update` or nothing behind the name for the next change; one that has ended is told at once. */
      wait?: true | false | 'result' | 'update' | ''
    }
    result: unknown
  }
  /** List tasks, oldest first: one's own and those about objects that one may see, or all for administrators. Calls that have succeeded are not among them. */
  'api.getTasks': {
    params: {
      /** Only those that are about this object. */
      object?: string
      /** What `object` is: `user`, `group`, `server`, or an object of a pool when left out. */
      kind?: 'user' | 'group' | 'server'
    }
    result: unknown[]
  }
  /** Be told by `record` notifications of which kinds some records have changed: `kinds` has `server`, `user`, `group`, `token`, `acl`, `aclRole`, `alarm` (who has acknowledged one), `cloudConfig` or `sharedFilter`. One is told of what one may read, and of one's own user and tokens; the answer is the kinds of which one may read others than these. What the records are like is asked of the operations that list them. Of a server it is told, too, when how it stands with it has changed. */
  'api.subscribeRecords': {
    params: Record<string, never>
    result: string[]
  }
  /** List the same, and be told by `task` notifications what changes: `updated` has tasks, `removed` ids of those that are gone or that one may not see any more. */
  'api.subscribeTasks': {
    params: Record<string, never>
    result: unknown[]
  }
  /** Be told no more of records. */
  'api.unsubscribeRecords': {
    params: Record<string, never>
    result: true
  }
  /** Be told no more of tasks. */
  'api.unsubscribeTasks': {
    params: Record<string, never>
    result: true
  }
  /** Keep a text that tells guests what to do at their first start. */
  'cloudConfig.create': {
    params: {
      /** Name. */
      name: string
      /** The text. */
      template: string
    }
    result: CloudConfigInfo
  }
  /** Keep a text that tells guests how to set up their network. */
  'cloudConfig.createNetworkConfig': {
    params: {
      /** Name. */
      name: string
      /** The text. */
      template: string
    }
    result: CloudConfigInfo
  }
  /** Delete a text; VMs that were made with it keep what they were told. */
  'cloudConfig.delete': {
    params: {
      /** Text to delete. */
      id: string
    }
    result: true
  }
  /** List the texts that tell guests what to do. */
  'cloudConfig.getAll': {
    params: Record<string, never>
    result: CloudConfigInfo[]
  }
  /** List the texts that tell guests how to set up their network. */
  'cloudConfig.getAllNetworkConfigs': {
    params: Record<string, never>
    result: CloudConfigInfo[]
  }
  /** Change a text. */
  'cloudConfig.update': {
    params: {
      /** Text to change. */
      id: string
      /** Name. */
      name?: string
      /** The text. */
      template?: string
    }
    result: true
  }
  /** Add a field to an object; one that it has is refused. */
  'customField.add': {
    params: {
      /** Object. */
      id: string
      /** Name of the field. */
      name: string
      /** Value. */
      value: string
    }
    result: true
  }
  /** Remove a field from an object; succeeds where the object has no such field. */
  'customField.remove': {
    params: {
      /** Object. */
      id: string
      /** Name of the field. */
      name: string
    }
    result: true
  }
  /** Give a field of an object a value; the field is added where there is none. */
  'customField.set': {
    params: {
      /** Object. */
      id: string
      /** Name of the field. */
      name: string
      /** Value. */
      value: string
    }
    result: true
  }
  /** Make a disk, give it to a VM if one is named, and return its id. */
  'disk.create': {
    params: {
      /** Name. */
      name: string
      /** Size that a VM sees, in bytes or as `20 GiB`. */
      size: number | string
      /** Storage repository. */
      sr: string
      /** VM that gets it; a running one at once. */
      vm?: string
      /** Whether the VM can boot from it; no when left out. */
      bootable?: boolean
      /** `RW` to let the VM write, which it may when left out, or `RO`. */
      mode?: 'RO' | 'RW'
      /** Place among the devices of the VM; the first free one when left out. */
      position?: string
    }
    result: string
  }
  /** Offer the content of a disk as a file to download. */
  'disk.exportContent': {
    params: {
      /** Disk, or snapshot of one. */
      id: string
      /** Form of the file; `vhd` when left out. */
      format?: 'raw' | 'iso' | 'vhd' | 'qcow2' | 'vmdk'
      /** Whether the disk is read by NBD, if a network of the pool has that for its purpose and it works; over HTTP otherwise, and the task tells so. What the file holds is the same. No when left out. */
      preferNbd?: boolean
      /** Connections by NBD, 8 at most; 2 when left out. */
      nbdConcurrency?: number
    }
    result: Offered
  }
  /** Make a disk of an image and return its id. The answer says where to send the image, unless it is to be fetched from a URL. */
  'disk.import': {
    params: {
      /** Text for people. */
      description?: string
      /** Name. */
      name: string
      /** Storage repository. */
      sr: string
      /** Where to fetch the image, by HTTP or HTTPS. */
      url?: string
      /** Form of the image; `iso` and `raw` are the same. */
      type: 'raw' | 'iso' | 'vhd' | 'qcow2' | 'vmdk'
      /** What clients have read in a VMDK; it is read here, and so need not be told. */
      vmdkData?: Record<string, unknown>
    }
    result: SendToOrId
  }
  /** Write an image over a disk, which no VM that runs has: the answer says where to send it. */
  'disk.importContent': {
    params: {
      /** Disk. */
      id: string
      /** Form of the image; `vhd` when left out. */
      format?: 'raw' | 'iso' | 'vhd' | 'qcow2' | 'vmdk'
    }
    result: SendTo
  }
  /** Make a disk of an image, on a storage repository, and return its id: the answer says where to send the image. */
  'disk.importOnSr': {
    params: {
      /** Storage repository. */
      id: string
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
      /** Whether the image is the bytes of the disk; a VHD when left out. */
      raw?: boolean
    }
    result: SendTo
  }
  /** Put a user into a group; one that is in it stays. */
  'group.addUser': {
    params: {
      /** Group to change. */
      id: string
      /** User to put into it. */
      userId: string
    }
    result: true
  }
  /** Create a group without users and return its id. */
  'group.create': {
    params: {
      /** Name; no other group has it. */
      name: string
    }
    result: string
  }
  /** Delete a group and its rules; its users stay. */
  'group.delete': {
    params: {
      /** Group to delete. */
      id: string
    }
    result: true
  }
  /** Tell of a group. */
  'group.get': {
    params: {
      /** The group. */
      id: string
    }
    result: unknown
  }
  /** List the newer roles of a group that the caller may read. */
  'group.getAclRoles': {
    params: {
      /** The group. */
      id: string
    }
    result: unknown[]
  }
  /** List the groups. */
  'group.getAll': {
    params: Record<string, never>
    result: unknown[]
  }
  /** List the users of a group whom the caller may read. */
  'group.getUsers': {
    params: {
      /** The group. */
      id: string
    }
    result: unknown[]
  }
  /** List the groups that the caller may read. */
  'group.list': {
    params: Record<string, never>
    result: unknown[]
  }
  /** Take a user out of a group. */
  'group.removeUser': {
    params: {
      /** Group to change. */
      id: string
      /** User to take out of it. */
      userId: string
    }
    result: true
  }
  /** Rename a group. */
  'group.set': {
    params: {
      /** Group to rename. */
      id: string
      /** Name; no other group has it. */
      name?: string
    }
    result: true
  }
  /** Replace the users of a group. */
  'group.setUsers': {
    params: {
      /** Group to change. */
      id: string
      /** Users that are in it from now on. */
      userIds: string[]
    }
    result: true
  }
  /** Take a host out of its pool; what is on its local storage is lost. */
  'host.detach': {
    params: {
      /** Host to take out; not the master. */
      id: string
    }
    result: true
  }
  /** Let no more VMs start on a host; those that run there stay, or move to other hosts if wanted. */
  'host.disable': {
    params: {
      /** Host to disable. */
      id: string
      /** Whether it may enable itself when it starts anew, as hosts do anyway; accepted for the callers that say so. */
      transient?: boolean
      /** The same in other words. */
      autoEnable?: boolean
      /** Whether its VMs move to other hosts; no when left out. */
      evacuate?: boolean
      /** VMs of it to move even if moving them is blocked; it is blocked again afterwards. Goes with `evacuate`. */
      vmIdsToForceMigrate?: string[]
      /** Whether it is disabled even if its VMs cannot move; no when left out. Goes with `evacuate`. */
      force?: boolean
    }
    result: true
  }
  /** Switch a host off at once, as when its power runs out: its VMs are suspended where that works. */
  'host.emergencyShutdownHost': {
    params: {
      /** Host to switch off. */
      host: string
    }
    result: true
  }
  /** Let VMs start on a host. */
  'host.enable': {
    params: {
      /** Host to enable. */
      id: string
    }
    result: true
  }
  /** Forget a host that is gone for good. */
  'host.forget': {
    params: {
      /** Host to forget; it must be off. */
      id: string
    }
    result: true
  }
  /** Offer the record of who was allowed what on a host as a file to download: lines of text, oldest first. */
  'host.getAuditLog': {
    params: {
      /** Host. */
      id: string
    }
    result: Offered
  }
  /** Return which firmware a host has; `true` where it does not say. */
  'host.getBiosInfo': {
    params: {
      /** Host. */
      id: string
    }
    result: Bios
  }
  /** List the disks of a host with their parts, as `lsblk` does. */
  'host.getBlockdevices': {
    params: {
      /** Host. */
      id: string
    }
    result: Record<string, unknown>
  }
  /** Return what the sensors of the board of a host measure, by what they measure; nothing where it has none. */
  'host.getIpmiSensors': {
    params: {
      /** Host. */
      id: string
    }
    result: Record<string, Sensor[]>
  }
  /** Offer the logs of a host as a file to download: a tar compressed with gzip. */
  'host.getLogs': {
    params: {
      /** Host. */
      id: string
    }
    result: Offered
  }
  /** Return the state of the software RAID of a host; `null` where it cannot tell. */
  'host.getMdadmHealth': {
    params: {
      /** Host. */
      id: string
    }
    result: Record<string, unknown> | null
  }
  /** Return what the scheduler of a host gives to VMs at a time: `cpu`, `core`, `socket`. */
  'host.getSchedulerGranularity': {
    params: {
      /** Host. */
      id: string
    }
    result: string
  }
  /** Return the health of the disks of a host, by device; `null` where it cannot tell. */
  'host.getSmartctlHealth': {
    params: {
      /** Host. */
      id: string
    }
    result: Record<string, unknown> | null
  }
  /** Return what the disks of a host tell of themselves, by device; `null` where it cannot tell. */
  'host.getSmartctlInformation': {
    params: {
      /** Host. */
      id: string
      /** Devices to tell of, as `host.getSmartctlHealth` names them; all when left out. */
      deviceNames?: string[]
    }
    result: Record<string, unknown> | null
  }
  /** Return whether the cores of a host run two threads each; no where it cannot tell. */
  'host.getSmt': {
    params: {
      /** Host. */
      id: string
    }
    result: Smt
  }
  /** Offer the logs and settings of a host as a file to download: a tar compressed with bzip2. */
  'host.getSystemStatus': {
    params: {
      /** Host. */
      id: string
    }
    result: Offered
  }
  /** Give a host another certificate. */
  'host.installCertificate': {
    params: {
      /** Host. */
      id: string
      /** Certificate, as PEM. */
      certificate: string
      /** Certificates between it and a root, as PEM; none when left out. */
      chain?: string
      /** Private key, as PEM. */
      privateKey: string
    }
    result: true
  }
  /** Install a supplemental pack on a host: the answer says where to send its ISO image. */
  'host.installSupplementalPack': {
    params: {
      /** Host. */
      host: string
    }
    result: SendTo
  }
  /** Return whether the clock of a host goes as that of this server, within half a minute. */
  'host.isHostServerTimeConsistent': {
    params: {
      /** Host. */
      host: string
    }
    result: boolean
  }
  /** Return whether the cores of a host run two threads each; `null` where it cannot tell. */
  'host.isHyperThreadingEnabled': {
    params: {
      /** Host. */
      id: string
    }
    result: boolean | null
  }
  /** Return whether the key of the certificate of a host is too short for newer hosts. */
  'host.isPubKeyTooShort': {
    params: {
      /** Host. */
      id: string
    }
    result: boolean
  }
  /** Manage a host by another of its network interfaces. */
  'host.managementReconfigure': {
    params: {
      /** Host. */
      id: string
      /** Interface of the host, with an address. */
      pif: string
    }
    result: true
  }
  /** Restart a host: its VMs move to others before, or are suspended until it is up again. */
  'host.restart': {
    params: {
      /** Whether to restart it even if a backup runs; nothing looks for one yet. */
      bypassBackupCheck?: boolean
      /** Whether to suspend even VMs whose suspension is blocked; it is blocked again afterwards. No when left out. */
      bypassBlockedSuspend?: boolean
      /** Whether to restart the host even if this server runs on it; it never looks. */
      bypassCurrentVmCheck?: boolean
      /** Host to restart. */
      id: string
      /** Whether to go on if its VMs cannot move, which only helps where none is left; no when left out. */
      force?: boolean
      /** Whether to suspend its VMs and resume them afterwards, instead of moving them. */
      suspendResidentVms?: boolean
      /** Whether to restart it even though the master of its pool should be restarted first; no when left out. */
      bypassVersionCheck?: boolean
    }
    result: true
  }
  /** Restart the agent of a host, and wait until it is up again; VMs go on meanwhile. */
  'host.restartAgent': {
    params: {
      /** Whether to restart it even if a backup runs; nothing looks for one yet. */
      bypassBackupCheck?: boolean
      /** Host. */
      id: string
    }
    result: true
  }
  /** Restart the agent of a host; an older name of `host.restartAgent`. */
  'host.restart_agent': {
    params: {
      /** Whether to restart it even if a backup runs; nothing looks for one yet. */
      bypassBackupCheck?: boolean
      /** Host. */
      id: string
    }
    result: true
  }
  /** Look for network interfaces that a host has and its pool does not know. */
  'host.scanPifs': {
    params: {
      /** Host. */
      id: string
    }
    result: true
  }
  /** Change a host; what is as wanted already is left alone. */
  'host.set': {
    params: {
      /** Host to change. */
      id: string
      /** Name of its iSCSI initiator. */
      iscsiIqn?: string
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
      /** Whether to reach storage by several paths; its storage is unplugged for a moment, which running VMs prevent. */
      multipathing?: boolean
    }
    result: true
  }
  /** Give the control domain of a host in maintenance so much memory, and restart the host. */
  'host.setControlDomainMemory': {
    params: {
      /** Host; it must be disabled, since it restarts. */
      id: string
      /** Memory, in bytes; 1 GiB or more. */
      memory: number
    }
    result: true
  }
  /** Put a host into maintenance: its VMs move to others and none starts on it; or end that. */
  'host.setMaintenanceMode': {
    params: {
      /** Host. */
      id: string
      /** Whether to put it into maintenance or to end that. */
      maintenance: boolean
      /** VMs of it to move even if moving them is blocked; it is blocked again afterwards. */
      vmsToForceMigrate?: string[]
    }
    result: true
  }
  /** Send the logs of a host to another machine, or to none. */
  'host.setRemoteSyslogHost': {
    params: {
      /** Host. */
      id: string
      /** Name or address of the receiver; `null` for none. */
      syslogDestination?: string | null
    }
    result: true
  }
  /** Change what the scheduler of a host gives to VMs at a time, from its next start on. */
  'host.setSchedulerGranularity': {
    params: {
      /** Host. */
      id: string
      /** What is given at a time. */
      schedulerGranularity: 'cpu' | 'core' | 'socket'
    }
    result: true
  }
  /** Switch a host on from afar. */
  'host.start': {
    params: {
      /** Host to switch on. */
      id: string
    }
    result: true
  }
  /** Return statistics of a host. */
  'host.stats': {
    params: {
      /** How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a week) or `days` (a year). */
      granularity?: string
      /** Host. */
      host: string
    }
    result: Answer
  }
  /** Move the VMs of a host to others and switch it off. */
  'host.stop': {
    params: {
      /** Whether to stop it even if a backup runs; nothing looks for one yet. */
      bypassBackupCheck?: boolean
      /** Host to stop. */
      id: string
      /** Whether to leave its VMs where they are, so that only a host without can be stopped; no when left out. */
      bypassEvacuate?: boolean
    }
    result: true
  }
  /** Tell what happened to objects and what users called, newest first. Administrators are told everything; others what is about objects that they may view. */
  'journal.query': {
    params: {
      /** Only what is about this object; administrators may name one that is gone, by the id that it had. */
      object?: string
      /** Only what is about objects of this kind, such as `VM` or `VM_metrics`; of calls the first object counts. */
      kind?: string
      /** Only what users called, or only what happened at pools. */
      only?: 'calls' | 'events'
      /** Only calls of the user with this id. */
      user?: string
      /** Earliest time, inclusive; milliseconds since 1970, UTC. */
      from?: number
      /** Latest time, exclusive; milliseconds since 1970, UTC. */
      to?: number
      /** `next` of an earlier answer: to go on where that ended. */
      cursor?: string
      /** Most entries to tell; 100 when left out. */
      limit?: number
    }
    result: Page
  }
  /** Delete entries of a log; the journal keeps what it has of them. */
  'log.delete': {
    params: {
      /** Id of the entry, or a list of ids; those that do not exist are passed over. */
      id: string[] | string
      /** Log that they are in. */
      namespace: string
    }
    result: true
  }
  /** Tell what is in a log, by id: the newest thousand entries. */
  'log.get': {
    params: {
      /** Log to read: `api` has the calls that failed. */
      namespace: string
    }
    result: Entries
  }
  /** Tell whether assistants may call by MCP; an error where the configuration forbids it. */
  'mcp.getStatus': {
    params: Record<string, never>
    result: McpStatus
  }
  /** Delete a message. */
  'message.delete': {
    params: {
      /** Message to delete. */
      id: string
    }
    result: true
  }
  /** List the messages about an object. */
  'message.getOf': {
    params: {
      /** What they are about. */
      id: string
    }
    result: Record<string, unknown>[]
  }
  /** Make a network and return its id: a VLAN on an interface, or one between VMs of the same host. */
  'network.create': {
    params: {
      /** Pool to make it in. */
      pool: string
      /** Name. */
      name: string
      /** Whether disks may be read over it by NBD; no when left out. */
      nbd?: boolean
      /** Text for people; a word on its origin when left out. */
      description?: string
      /** Interface of any host to put it on; its like is used on the others. None when left out. */
      pif?: string
      /** Largest frame, in bytes; 1500 when left out. */
      mtu?: number
      /** VLAN tag, 0 to 4094; 0 when left out. */
      vlan?: number
    }
    result: string
  }
  /** Make a network on a bond of the given interfaces and of those of the same names on every other host; return its record. */
  'network.createBonded': {
    params: {
      /** Pool to make it in. */
      pool: string
      /** Name. */
      name: string
      /** Text for people; a word on its origin when left out. */
      description?: string
      /** Interfaces to bond, two or more of a host. */
      pifs: string[]
      /** Largest frame, in bytes; 1500 when left out. */
      mtu?: number
      /** How they share the work. */
      bondMode: 'balance-slb' | 'active-backup' | 'lacp'
      /** Whether disks may be read over it by NBD; no when left out. */
      nbd?: boolean
    }
    result: Record<string, unknown>
  }
  /** Delete a network with its VLANs and bonds; one that a running VM is plugged into stays. */
  'network.delete': {
    params: {
      /** Network to delete. */
      id: string
    }
    result: true
  }
  /** List what `bondMode` of `network.createBonded` may be. */
  'network.getBondModes': {
    params: Record<string, never>
    result: string[]
  }
  /** Change a network. */
  'network.set': {
    params: {
      /** Whether new VMs get an interface on it. */
      automatic?: boolean
      /** Whether interfaces that follow its mode let nothing pass. */
      defaultIsLocked?: boolean
      /** Network to change. */
      id: string
      /** Largest frame, in bytes; its interfaces of hosts are unplugged and plugged again. */
      mtu?: number
      /** Text for people. */
      name_description?: string
      /** Name. */
      name_label?: string
      /** Whether disks may be read over it by NBD. */
      nbd?: boolean
    }
    result: true
  }
  /** Connect a host to a storage repository. */
  'pbd.connect': {
    params: {
      /** Attachment to connect. */
      id: string
    }
    result: true
  }
  /** Forget how a host connects to a storage repository; it must be disconnected. */
  'pbd.delete': {
    params: {
      /** Attachment to delete. */
      id: string
    }
    result: true
  }
  /** Disconnect a host from a storage repository; refused while a VM on the host uses it. */
  'pbd.disconnect': {
    params: {
      /** Attachment to disconnect. */
      id: string
    }
    result: true
  }
  /** Take PCI devices from the host itself, so that VMs can have them, or give them back; the host restarts, its VMs move to others before. */
  'pci.disableDom0Access': {
    params: {
      /** Devices, all of one host. */
      pcis: string[]
      /** Whether to take them from the host, rather than to give them back. */
      disable: boolean
      /** Whether to restart the host even if its VMs cannot move; no when left out. */
      forceReboot?: boolean
    }
    result: true
  }
  /** Return whether the host itself uses a PCI device: `enabled`, `disabled`, or what the next reboot makes of it. */
  'pci.getDom0AccessStatus': {
    params: {
      /** PCI device. */
      id: string
    }
    result: string
  }
  /** Bring a network interface of a host up. */
  'pif.connect': {
    params: {
      /** Interface to bring up. */
      id: string
    }
    result: true
  }
  /** Delete a network interface of a host: a VLAN or a bond is taken apart, a card forgotten. */
  'pif.delete': {
    params: {
      /** Interface to delete. */
      id: string
    }
    result: true
  }
  /** Take a network interface of a host down. */
  'pif.disconnect': {
    params: {
      /** Interface to take down. */
      id: string
    }
    result: true
  }
  /** Change the VLAN of an interface, and of those of the same network on the other hosts. */
  'pif.editPif': {
    params: {
      /** Interface of a VLAN. */
      id: string
      /** VLAN tag, 0 to 4094. */
      vlan: number | string
    }
    result: true
  }
  /** List what `mode` of `pif.reconfigureIp` may be. */
  'pif.getIpv4ConfigurationModes': {
    params: Record<string, never>
    result: string[]
  }
  /** List what `ipv6Mode` of `pif.reconfigureIp` may be. */
  'pif.getIpv6ConfigurationModes': {
    params: Record<string, never>
    result: string[]
  }
  /** Change the addresses of a network interface of a host. */
  'pif.reconfigureIp': {
    params: {
      /** Interface to change. */
      id?: string
      /** How it gets its IPv4 address: `None`, `DHCP`, `Static`; as it is when left out. */
      mode?: string
      /** IPv4 address, for `Static`. */
      ip?: string
      /** IPv4 netmask, for `Static`. */
      netmask?: string
      /** Gateway. */
      gateway?: string
      /** Name servers, by commas. */
      dns?: string
      /** IPv6 address with the length of its prefix, for `Static`. */
      ipv6?: string
      /** How it gets its IPv6 addresses; as it is when left out. */
      ipv6Mode?: 'None' | 'DHCP' | 'Static' | 'Autoconf'
    }
    result: true
  }
  /** Give up a rolling update or reboot of a pool that was interrupted: hosts take VMs again, these go back to where they were, and what was switched off is switched on. */
  'pool.abandonRolling': {
    params: {
      /** Pool. */
      pool: string
    }
    result: true
  }
  /** Let a host that is a pool of its own join a pool; its server is forgotten. */
  'pool.addHost': {
    params: {
      /** Pool to join. */
      id: string
      /** Host that joins. */
      host: string
      /** Whether to pass over processors of another kind; no when left out. */
      force?: boolean
    }
    result: true
  }
  /** Switch the high availability of a pool off. */
  'pool.disableHa': {
    params: {
      /** Pool. */
      pool: string
    }
    result: true
  }
  /** Switch all hosts of a pool off at once, as when the power runs out: VMs are suspended where that works, the master goes last. */
  'pool.emergencyShutdown': {
    params: {
      /** Pool. */
      id: string
    }
    result: true
  }
  /** Switch the high availability of a pool on. */
  'pool.enableHa': {
    params: {
      /** Pool. */
      pool: string
      /** Shared storage of the pool by which its hosts know of each other. */
      heartbeatSrs: string[]
      /** Settings, such as `timeout` in seconds; empty for the usual ones. */
      configuration: Record<string, string>
    }
    result: true
  }
  /** Tell the state of a pool: its hosts and VMs, who uses most, alarms. */
  'pool.getDashboard': {
    params: {
      /** Pool. */
      id: string
    }
    result: Dashboard
  }
  /** Return whether VMs of a pool can boot signed systems only: `ready`, `ready_no_dbx`, `not_ready`. */
  'pool.getGuestSecureBootReadiness': {
    params: {
      /** Pool. */
      id: string
      /** Whether to ask the pool instead of going by an earlier answer; it is always asked. */
      forceRefresh?: boolean
    }
    result: string
  }
  /** Return edition and end of the licence of a pool. */
  'pool.getLicenseState': {
    params: {
      /** Pool. */
      pool: string
    }
    result: Record<string, string>
  }
  /** List the names of the updates that a host lacks and another one has. */
  'pool.getPatchesDifference': {
    params: {
      /** Host that may lack some. */
      source: string
      /** Host to compare it with. */
      target: string
    }
    result: string[]
  }
  /** Return how far a rolling update or reboot of a pool has come that goes on or was interrupted; `null` where there is none. */
  'pool.getRolling': {
    params: {
      /** Pool. */
      pool: string
    }
    result: Shown | null
  }
  /** Offer the logs and settings of all hosts of a pool as a file to download: a tar of what each host makes; for a host that makes none there is a text that says why. */
  'pool.getSystemStatuses': {
    params: {
      /** Pool. */
      id: string
    }
    result: Offered
  }
  /** Install updates on the hosts of a pool, or on some of them: all that they lack, or those that are named. The agent of the first one, which is the master if it is among them, is restarted afterwards; hosts say by `rebootRequired` whether they are to be restarted, too. */
  'pool.installPatches': {
    params: {
      /** Pool, for all its hosts; in place of `hosts`. */
      pool?: string
      /** Hosts of one pool; in place of `pool`. */
      hosts?: string[]
      /** Updates by their ids, as `pool.listMissingPatches` tells them; all that the hosts lack when left out. XCP-ng and XenServer 8 update as a whole. */
      patches?: string[]
      /** Of XenServer 8 the state of the updates to install, as it was listed; the newest when left out. */
      xsHash?: string
    }
    result: true
  }
  /** Install a supplemental pack on all hosts of a pool: the answer says where to send its ISO image, once for all. */
  'pool.installSupplementalPack': {
    params: {
      /** Pool. */
      pool: string
    }
    result: SendTo
  }
  /** List the updates that a host lacks, as its product describes them; it is asked once a minute at most. */
  'pool.listMissingPatches': {
    params: {
      /** Host. */
      host: string
    }
    result: unknown[]
  }
  /** List the updates that hosts of a pool lack, each once. */
  'pool.listMissingPatchesOfPool': {
    params: {
      /** Pool. */
      id: string
    }
    result: unknown[]
  }
  /** List the pools that have a host and a storage repository as wanted; only those that the caller may see. */
  'pool.listPoolsMatchingCriteria': {
    params: {
      /** Least free memory of a host, in bytes. */
      minAvailableHostMemory?: number
      /** Least free space of a storage repository, in bytes. */
      minAvailableSrSize?: number
      /** Least number of processors of the host. */
      minHostCpus?: number
      /** Oldest version of the host's product, such as `8.3`. */
      minHostVersion?: string
      /** Pattern that the name of the pool contains. */
      poolNameRegExp?: string
      /** Pattern that the name of the storage repository contains. */
      srNameRegExp?: string
    }
    result: Found[]
  }
  /** Manage the hosts of a pool by another network, on which each of them has an address. */
  'pool.managementReconfigure': {
    params: {
      /** Pool. */
      id: string
      /** Network of the pool. */
      network: string
    }
    result: true
  }
  /** Let the hosts of pools of one host each join another pool, one after the other; their servers are forgotten. */
  'pool.mergeInto': {
    params: {
      /** Whether to pass over processors of another kind; no when left out. Versions, licences and updates must be the same with it, too. */
      force?: boolean
      /** Pool whose host joins, where it is one. */
      source?: string
      /** Pools whose hosts join. */
      sources?: string[]
      /** Pool to join. */
      target: string
    }
    result: true
  }
  /** Go on with a rolling update or reboot of a pool that was interrupted because this server stopped. */
  'pool.resumeRolling': {
    params: {
      /** Pool. */
      pool: string
      /** Whether to go on even if backups of the pool run; no when left out. */
      bypassBackupCheck?: boolean
    }
    result: true
  }
  /** Restart the hosts of a pool one after the other, the master first; VMs move away before and back afterwards. */
  'pool.rollingReboot': {
    params: {
      /** Whether to go on even if backups of the pool run. */
      bypassBackupCheck?: boolean
      /** Pool. */
      pool: string
      /** Whether VMs that cannot move, because they hold a device of their host, are shut down meanwhile. */
      shutdownPinnedVms?: boolean
    }
    result: true
  }
  /** Update the hosts of a pool one after the other, the master first, and restart them; VMs move away before and back afterwards. Hosts that lack nothing stay as they are. */
  'pool.rollingUpdate': {
    params: {
      /** Whether to go on even if backups of the pool run; no when left out. */
      bypassBackupCheck?: boolean
      /** Pool. */
      pool: string
      /** Whether VMs are restarted, or their device models, where an update of XenServer 8 asks for that; no when left out. */
      rebootVm?: boolean
      /** Whether VMs that cannot move, because they hold a device of their host, are shut down meanwhile. */
      shutdownPinnedVms?: boolean
    }
    result: true
  }
  /** Change a pool. */
  'pool.set': {
    params: {
      /** Pool to change. */
      id: string
      /** Whether VMs that want it start with their hosts. */
      auto_poweron?: boolean
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
      /** Network by which backups are read; `null` for that of management. */
      backupNetwork?: string | null
      /** Whether migrations are compressed. */
      migrationCompression?: boolean
      /** Network by which VMs move; `null` for that of management. */
      migrationNetwork?: string | null
      /** Storage for the memory of suspended VMs; `null` for what each host has. */
      suspendSr?: string | null
      /** Storage for crash dumps; `null` for what each host has. */
      crashDumpSr?: string | null
    }
    result: true
  }
  /** Make a storage the one where new disks of its pool go. */
  'pool.setDefaultSr': {
    params: {
      /** Storage. */
      sr: string
    }
    result: true
  }
  /** Make a host the master of its pool; the agents of all hosts restart. */
  'pool.setPoolMaster': {
    params: {
      /** Host. */
      host: string
    }
    result: true
  }
  /** Return statistics of the hosts of a pool, by host. */
  'pool.stats': {
    params: {
      /** Pool. */
      id: string
      /** How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a week) or `days` (a year). */
      granularity?: string
    }
    result: Record<string, OfHost>
  }
  /** Look for USB devices of a host. */
  'pusb.scan': {
    params: {
      /** Host. */
      host: string
    }
    result: true
  }
  /** Change a USB device of a host. */
  'pusb.set': {
    params: {
      /** Device. */
      id: string
      /** Whether VMs may get it. */
      enabled?: boolean
    }
    result: true
  }
  /** List the roles. */
  'role.getAll': {
    params: Record<string, never>
    result: RoleInfo[]
  }
  /** Add a server and return its id; the connection is made afterwards. */
  'server.add': {
    params: {
      /** Text for people. */
      label?: string
      /** Name or address of any host of the pool, with a port where it is not the usual one. */
      host: string
      /** User at the pool, most often `root`. */
      username: string
      /** Its password. */
      password: string
      /** Whether to connect at once; yes when left out. */
      autoConnect?: boolean
      /** Whether any certificate will do; no when left out. */
      allowUnauthorized?: boolean
      /** HTTP proxy to reach the pool through. */
      httpProxy?: string
      /** Whether calls that change the pool are refused; no when left out. */
      readOnly?: boolean
    }
    result: string
  }
  /** Disconnect a server and do not connect it again; its objects leave. */
  'server.disable': {
    params: {
      /** Server to disconnect. */
      id: string
    }
    result: true
  }
  /** Connect a server, now and at each start; fails with why it cannot be connected. */
  'server.enable': {
    params: {
      /** Server to connect. */
      id: string
    }
    result: true
  }
  /** Tell of a server, without its password. */
  'server.get': {
    params: {
      /** The server. */
      id: string
    }
    result: ServerInfo
  }
  /** List the servers, without their passwords. */
  'server.getAll': {
    params: Record<string, never>
    result: unknown[]
  }
  /** List the servers that the caller may read, without their passwords. */
  'server.list': {
    params: Record<string, never>
    result: unknown[]
  }
  /** Disconnect a server and forget it. */
  'server.remove': {
    params: {
      /** Server to forget. */
      id: string
    }
    result: true
  }
  /** Change a server; where that matters to the connection, it is made anew. */
  'server.set': {
    params: {
      /** Server to change. */
      id: string
      /** Text for people; `null` removes it. */
      label?: string | null
      /** Name or address of any host of the pool. */
      host?: string
      /** User at the pool. */
      username?: string
      /** Its password. */
      password?: string
      /** Whether any certificate will do. */
      allowUnauthorized?: boolean
      /** Whether calls that change the pool are refused. */
      readOnly?: boolean
      /** HTTP proxy to reach the pool through; `null` removes it. */
      httpProxy?: string | null
    }
    result: true
  }
  /** Tell on which objects the rights of who calls forbid which methods, by method; those that it forbids on none are left out. Other objects that a call needs, and states, are not looked at. */
  'session.getForbidden': {
    params: {
      /** Objects that the methods would be called on. */
      ids: string[]
      /** Names of methods, such as `vm.start`. */
      methods: string[]
    }
    result: Record<string, string[]>
  }
  /** Tell who is signed in; fails when nobody is. */
  'session.getUser': {
    params: Record<string, never>
    result: UserInfo
  }
  /** Set what this connection is told of without asking. */
  'session.setNotifications': {
    params: {
      /** Whether to tell of every object that changes, by `all` notifications; a client that uses views need not. */
      all: boolean
    }
    result: true
  }
  /** Sign in with `email` (or `username`) and `password`, and `otp` where the user has set that up, or with a `token`. */
  'session.signIn': {
    params: Record<string, unknown>
    result: UserInfo
  }
  /** Sign in with a password. */
  'session.signInWithPassword': {
    params: {
      /** Name of the user. */
      email: string
      /** Password of the user. */
      password: string
    }
    result: UserInfo
  }
  /** Sign in with a token; the connection is closed when the token expires or is revoked. */
  'session.signInWithToken': {
    params: {
      /** The token. */
      token: string
    }
    result: UserInfo
  }
  /** Sign out; the token that signed in stays valid. */
  'session.signOut': {
    params: Record<string, never>
    result: true
  }
  /** Keep a filter for all users and return its id. */
  'sharedFilter.create': {
    params: {
      /** Type of the objects that it chooses from, such as `VM`. */
      type: string
      /** Name; no other filter of the type has it. */
      name: string
      /** A text of the filter language. */
      filter: string
    }
    result: string
  }
  /** Delete a filter that is kept for all users: one's own, or any as an administrator. */
  'sharedFilter.delete': {
    params: {
      /** Filter to delete. */
      id: string
    }
    result: true
  }
  /** List the filters that are kept for all users. */
  'sharedFilter.getAll': {
    params: Record<string, never>
    result: SharedFilterInfo[]
  }
  /** Change a filter that is kept for all users: one's own, or any as an administrator. */
  'sharedFilter.set': {
    params: {
      /** Filter to change. */
      id: string
      /** Name; no other filter of the type has it. */
      name?: string
      /** A text of the filter language. */
      filter?: string
    }
    result: true
  }
  /** Return the record of the driver that serves a storage repository. */
  'sm.getFromSr': {
    params: {
      /** Storage repository. */
      sr: string
    }
    result: Record<string, unknown>
  }
  /** Connect every host of a storage repository to it. */
  'sr.connectAllPbds': {
    params: {
      /** Storage repository to connect. */
      id: string
    }
    result: true
  }
  /** Make a storage repository by any driver that hosts have, and return its id; what is on the storage may be lost. */
  'sr.create': {
    params: {
      /** Host that makes it. */
      hostId: string
      /** Driver. */
      SR_type: 'cephfs' | 'dummy' | 'ext' | 'file' | 'glusterfs' | 'hba' | 'iso' | 'largeblock' | 'linstor' | 'lvm' | 'lvmofcoe' | 'lvmohba' | 'lvmoiscsi' | 'moosefs' | 'nfs' | 'shm' | 'smb' | 'udev' | 'xfs' | 'zfs'
      /** Name. */
      name_label: string
      /** Text for people; none when left out. */
      name_description?: string
      /** What it holds: disks (`user`), images of discs (`iso`), or removable disks (`disk`). By the driver when left out. */
      content_type?: 'user' | 'iso' | 'disk'
      /** How hosts reach the storage, in the words of the driver, such as `server` and `serverpath` of NFS. */
      device_config: Record<string, string>
      /** What the driver keeps of it. */
      sm_config?: Record<string, string>
      /** Size for drivers that ask for one, in bytes; 0 when left out. */
      size?: number
    }
    result: string
  }
  /** Make a storage repository with an ext4 file system on a disk of a host and return its id; what is on the disk is lost. */
  'sr.createExt': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** Disk of the host, such as `/dev/sdb`. */
      device: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Make a storage repository on a LUN that hosts reach by HBA, or attach the one that is there, and return its id; otherwise what is on the LUN is lost. */
  'sr.createHba': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** SCSI id of the LUN. */
      scsiId: string
      /** Uuid of the repository on the LUN that is to be attached. */
      srUuid?: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Make a storage repository on an iSCSI LUN, or attach the one that is there, and return its id; otherwise what is on the LUN is lost. */
  'sr.createIscsi': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** Name or address of the target. */
      target: string
      /** TCP port; 3260 when left out. */
      port?: number
      /** Name to sign in with. */
      chapUser?: string
      /** Password to sign in with. */
      chapPassword?: string
      /** IQN of the target. */
      targetIqn: string
      /** SCSI id of the LUN. */
      scsiId: string
      /** Uuid of the repository on the LUN that is to be attached. */
      srUuid?: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Make a repository of the images of discs in a folder or on a share, or attach the one that is there, and return its id. */
  'sr.createIso': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** Folder of the host, or share, as `server:/path` or `\\server\share`. */
      path: string
      /** Whether the path is `local`, or a share by `nfs` or `smb`. */
      type: 'local' | 'nfs' | 'smb'
      /** Name to sign in with, for SMB. */
      user?: string
      /** Password to sign in with, for SMB. */
      password?: string
      /** Version of the protocol, for NFS, such as `4.1`; the host chooses when left out. */
      nfsVersion?: string
      /** Further options for mounting, for NFS. */
      nfsOptions?: string
      /** Uuid of the repository that is to be attached. */
      srUuid?: string
    }
    result: string
  }
  /** Make a storage repository of LVM volumes on a disk of a host and return its id; what is on the disk is lost. */
  'sr.createLvm': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** Disk of the host, such as `/dev/sdb`. */
      device: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Make a storage repository on an NFS share, or attach the one that is there, and return its id. */
  'sr.createNfs': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** Name or address of the server. */
      server: string
      /** Path of the share on it. */
      serverPath: string
      /** Version of the protocol, such as `4.1`; the host chooses when left out. */
      nfsVersion?: string
      /** Further options for mounting. */
      nfsOptions?: string
      /** Uuid of the repository on the share that is to be attached. */
      srUuid?: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Make a storage repository on an SMB share, or attach the one that is there, and return its id. */
  'sr.createSmb': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people; none when left out. */
      nameDescription?: string
      /** Share, as `\\server\share`. */
      server: string
      /** Uuid of the repository on the share that is to be attached. */
      srUuid?: string
      /** Name to sign in with. */
      user?: string
      /** Password to sign in with. */
      password?: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Make a storage repository on a ZFS pool of a host and return its id. */
  'sr.createZfs': {
    params: {
      /** Host that makes it. */
      host: string
      /** Name. */
      nameLabel: string
      /** Text for people. */
      nameDescription: string
      /** Where the ZFS pool is mounted. */
      location: string
      /** Formats of disks, the preferred one first. */
      preferredImageFormat?: 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd'
    }
    result: string
  }
  /** Delete a storage repository; refused while there are disks on it. */
  'sr.destroy': {
    params: {
      /** Storage repository to delete. */
      id: string
    }
    result: true
  }
  /** Put a storage repository back into service: hosts are connected, VMs that were shut down for it are started. */
  'sr.disableMaintenanceMode': {
    params: {
      /** Storage repository. */
      id: string
    }
    result: true
  }
  /** Disconnect every host of a storage repository from it; those where a VM uses it stay connected. */
  'sr.disconnectAllPbds': {
    params: {
      /** Storage repository to disconnect. */
      id: string
    }
    result: true
  }
  /** Take a storage repository out of service: VMs that use it are shut down, hosts are disconnected from it. */
  'sr.enableMaintenanceMode': {
    params: {
      /** Storage repository. */
      id: string
      /** VMs that may be shut down for that; all that use it and run must be among them. */
      vmsToShutdown?: string[]
    }
    result: true
  }
  /** Take a storage repository out of its pool; what is on it stays and can be attached again. */
  'sr.forget': {
    params: {
      /** Storage repository to forget. */
      id: string
    }
    result: true
  }
  /** List, by storage repository, the disks whose chains are longer than they need be. */
  'sr.getAllUnhealthyVdiChainsLength': {
    params: Record<string, never>
    result: Record<string, Chains>
  }
  /** List the disks of a storage repository whose chains are longer than they need be. */
  'sr.getVdiChainsInfo': {
    params: {
      /** Storage repository. */
      id: string
    }
    result: Chains
  }
  /** List the LUNs that a host reaches by HBA. */
  'sr.probeHba': {
    params: {
      /** Host that is asked. */
      host: string
    }
    result: Device[]
  }
  /** List the storage repositories that are on a LUN that hosts reach by HBA. */
  'sr.probeHbaExists': {
    params: {
      /** Host that asks. */
      host: string
      /** SCSI id of the LUN. */
      scsiId: string
    }
    result: Existing[]
  }
  /** List the storage repositories that are on an iSCSI LUN. */
  'sr.probeIscsiExists': {
    params: {
      /** Host that asks. */
      host: string
      /** Name or address of the target. */
      target: string
      /** TCP port; 3260 when left out. */
      port?: number
      /** Name to sign in with. */
      chapUser?: string
      /** Password to sign in with. */
      chapPassword?: string
      /** IQN of the target. */
      targetIqn: string
      /** SCSI id of the LUN. */
      scsiId: string
    }
    result: Existing[]
  }
  /** List the iSCSI targets at an address; none where nobody answers. */
  'sr.probeIscsiIqns': {
    params: {
      /** Host that asks. */
      host: string
      /** Name or address of the storage. */
      target: string
      /** TCP port; 3260 when left out. */
      port?: number
      /** Name to sign in with. */
      chapUser?: string
      /** Password to sign in with. */
      chapPassword?: string
    }
    result: Target[]
  }
  /** List the LUNs of an iSCSI target. */
  'sr.probeIscsiLuns': {
    params: {
      /** Host that asks. */
      host: string
      /** Name or address of the target. */
      target: string
      /** TCP port; 3260 when left out. */
      port?: number
      /** Name to sign in with. */
      chapUser?: string
      /** Password to sign in with. */
      chapPassword?: string
      /** IQN of the target. */
      targetIqn: string
    }
    result: Lun[]
  }
  /** List the shares of an NFS server. */
  'sr.probeNfs': {
    params: {
      /** Host that asks. */
      host: string
      /** Version of the protocol, such as `4.1`; the host chooses when left out. */
      nfsVersion?: string
      /** Name or address of the server. */
      server: string
    }
    result: Export[]
  }
  /** List the storage repositories that are on an NFS share. */
  'sr.probeNfsExists': {
    params: {
      /** Host that asks. */
      host: string
      /** Version of the protocol, such as `4.1`; the host chooses when left out. */
      nfsVersion?: string
      /** Name or address of the server. */
      server: string
      /** Path of the share on it. */
      serverPath: string
    }
    result: Existing[]
  }
  /** List the ZFS pools of a host by name, each with its properties; none where the host knows no ZFS. */
  'sr.probeZfs': {
    params: {
      /** Host that is asked. */
      host: string
    }
    result: Record<string, unknown>
  }
  /** Give space that was freed on a storage repository back to the storage below it. */
  'sr.reclaimSpace': {
    params: {
      /** Storage repository. */
      id: string
      /** Whether to do it even while a backup runs; there are none yet. */
      bypassBackupCheck?: boolean
    }
    result: true
  }
  /** Look for disks that came to a storage repository, or have left it. */
  'sr.scan': {
    params: {
      /** Storage repository to scan. */
      id: string
    }
    result: true
  }
  /** Change a storage repository; what is as wanted already is left alone. */
  'sr.set': {
    params: {
      /** Storage repository to change. */
      id: string
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
    }
    result: true
  }
  /** Return statistics of a storage repository, of all hosts that are connected to it together. */
  'sr.stats': {
    params: {
      /** How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a week) or `days` (a year). */
      granularity?: string
      /** Storage repository. */
      id: string
    }
    result: Answer2
  }
  /** Be told by `load` notifications how much VMs and hosts use their processors, in place of what this connection was told of before. `loads` of such a notification has those of which something is new, as the answer has them. */
  'stats.subscribeLoad': {
    params: {
      /** VMs and hosts; none ends it. */
      ids: string[]
    }
    result: Loads
  }
  /** Tell how many pools, hosts and VMs there are, in which state, and what they have. */
  'system.getDashboard': {
    params: Record<string, never>
    result: Dashboard2
  }
  /** Tell where the web interface is; there is one in place of both of the original's. */
  'system.getGuiRoutes': {
    params: Record<string, never>
    result: GuiRoutes
  }
  /** List every operation with its parameters. */
  'system.getMethodsInfo': {
    params: Record<string, never>
    result: unknown
  }
  /** Tell the time zone of the server, as its IANA name. */
  'system.getServerTimezone': {
    params: Record<string, never>
    result: string
  }
  /** Tell the version of the original whose API is kept. */
  'system.getServerVersion': {
    params: Record<string, never>
    result: string
  }
  /** Tell the version of the calling convention. */
  'system.getVersion': {
    params: Record<string, never>
    result: string
  }
  /** List the names of all operations. */
  'system.listMethods': {
    params: Record<string, never>
    result: string[]
  }
  /** Describe one operation. */
  'system.methodSignature': {
    params: {
      /** Name of the operation. */
      method: string
    }
    result: unknown[]
  }
  /** Tell that the server answers, and its time. */
  'system.ping': {
    params: Record<string, never>
    result: Pong
  }
  /** Add a tag to an object. */
  'tag.add': {
    params: {
      /** Text of the tag; case matters. */
      tag: string
      /** Object to tag. */
      id: string
    }
    result: true
  }
  /** List the tags that have a colour. */
  'tag.getAllConfigured': {
    params: Record<string, never>
    result: Configured[]
  }
  /** Remove a tag from an object; succeeds where the object has no such tag. */
  'tag.remove': {
    params: {
      /** Text of the tag. */
      tag: string
      /** Object to take it from. */
      id: string
    }
    result: true
  }
  /** Give a tag a colour, or take it away. */
  'tag.set': {
    params: {
      /** Text of the tag. */
      id: string
      /** Colour, as `#ff0000`; `null` takes it away. */
      color?: string | null
    }
    result: true
  }
  /** Ask a host to cancel a task. */
  'task.cancel': {
    params: {
      /** Task to cancel. */
      id: string
    }
    result: true
  }
  /** Forget a task; what it does goes on. */
  'task.destroy': {
    params: {
      /** Task to forget. */
      id: string
    }
    result: true
  }
  /** Connect the server of an object by another address, and check that an object is there afterwards; where that fails, the server keeps the address that it had. */
  'test.changeConnectedXapiHostname': {
    params: {
      /** Name or address of a host, with a port where it is not the usual one. */
      hostname: string
      /** Object that is to be there afterwards. */
      newObject: string
      /** Object of the pool that the server is connected to. */
      oldObject: string
    }
    result: true
  }
  /** Copy a VM with its disks to a storage repository of its pool and return the id of the copy, to try whether that works. */
  'test.copyVm': {
    params: {
      /** VM to copy. */
      vm: string
      /** Storage repository for the disks of the copy. */
      sr: string
    }
    result: string
  }
  /** Open a task that ends by itself, and return its id. */
  'test.createTask': {
    params: {
      /** Its name; `xo task` when left out. */
      name?: string
      /** Object that it is said to be about. */
      objectId?: string
      /** What it ends with. */
      result?: unknown
      /** Milliseconds until it ends, at most a day; ten minutes when left out. */
      duration?: number
    }
    result: string
  }
  /** Tell what the rules give a user and its groups, by object, without what follows for other objects. */
  'test.getPermissionsForUser': {
    params: {
      /** The user. */
      userId: string
    }
    result: Record<string, Record<string, number>>
  }
  /** Tell whether a user may do something to an object. */
  'test.hasPermission': {
    params: {
      /** The user. */
      userId: string
      /** The object; nobody but administrators may do anything to one that is not there. */
      objectId: string
      /** `view`, `operate` or `administrate`. */
      permission: string
    }
    result: boolean
  }
  /** Wait, at most a day. */
  'test.wait': {
    params: {
      /** How long, such as `10 s`; a text that is no duration is no time at all. */
      duration: string
    }
    result: true
  }
  /** Create a token for the user who calls and return it; it is shown this once. A client that asks again gets the same token, renewed. */
  'token.create': {
    params: {
      /** Text for people. */
      description?: string
      /** Program that asks. */
      client?: {
        /** Its own id; one token per user and client. */
        id: string
      }
      /** How long it is good: milliseconds, or a text such as `2 days`; as configured when left out. */
      expiresIn?: number | string
    }
    result: string
  }
  /** Revoke tokens of any user; connections that they signed in are closed. */
  'token.delete': {
    params: {
      /** Tokens to revoke: their ids, or themselves; those that do not exist are passed over. */
      tokens?: string[]
      /** Pattern of the tokens to revoke, such as `{"client": {"id": "x"}}` or `{"description": {"__not": "backup"}}`. */
      pattern?: Record<string, unknown>
    }
    result: true
  }
  /** Revoke tokens of the user who calls; connections that they signed in are closed. */
  'token.deleteOwn': {
    params: {
      /** Tokens to revoke: their ids, or themselves; those that do not exist are passed over. */
      tokens?: string[]
      /** Pattern of the tokens to revoke, such as `{"client": {"id": "x"}}` or `{"description": {"__not": "backup"}}`. */
      pattern?: Record<string, unknown>
    }
    result: true
  }
  /** List the tokens of all users. */
  'token.getAll': {
    params: Record<string, never>
    result: TokenInfo[]
  }
  /** Describe a token of the user who calls. */
  'token.set': {
    params: {
      /** Text for people; `null` removes it. */
      description?: string | null
      /** Token to describe: its id, or itself. */
      id: string
    }
    result: true
  }
  /** Create a user and return its id. */
  'user.add': {
    params: {
      /** Name to sign in with. */
      name: string
      /** Password. */
      password: string
      /** `admin` for an administrator, which needs the privilege to change permissions; `none` when left out. */
      permission?: 'none' | 'admin'
    }
    result: string
  }
  /** Change the password of the user who calls. */
  'user.changePassword': {
    params: {
      /** Password so far; a wrong one counts as a failed sign-in. */
      oldPassword: string
      /** Password from now on. */
      newPassword: string
    }
    result: true
  }
  /** Create a user and return its id. */
  'user.create': {
    params: {
      /** Name to sign in with. */
      email: string
      /** Password. */
      password: string
      /** `admin` for an administrator; `none` when left out. */
      permission?: string
    }
    result: string
  }
  /** Create a token for the user who calls and tell of it; the token itself is shown this once, as its `id`. */
  'user.createToken': {
    params: {
      /** The user who calls, also when left out. */
      id?: string
      /** Text for people. */
      description?: string
      /** Program that asks; one that names itself and asks again gets the same token, renewed. */
      client?: {
        /** Its own id. */
        id?: string
      }
      /** How long it is good: milliseconds, or a text such as `2 days`; as configured when left out. */
      expiresIn?: number | string
    }
    result: CreatedToken
  }
  /** Delete a user, its tokens and its rules; its connections are closed. */
  'user.delete': {
    params: {
      /** User to delete; not the one who calls. */
      id: string
    }
    result: true
  }
  /** Tell of a user; of itself, everybody is told. */
  'user.get': {
    params: {
      /** The user. */
      id: string
    }
    result: unknown
  }
  /** List the privileges that a user holds by its roles and those of its groups, of those that the caller may read; its own, everybody may. */
  'user.getAclPrivileges': {
    params: {
      /** The user. */
      id: string
    }
    result: unknown[]
  }
  /** List the users. */
  'user.getAll': {
    params: Record<string, never>
    result: UserInfo[]
  }
  /** List the tokens of the user who calls. */
  'user.getAuthenticationTokens': {
    params: Record<string, never>
    result: TokenInfo[]
  }
  /** List the groups of a user that the caller may read. */
  'user.getGroups': {
    params: {
      /** The user. */
      id: string
    }
    result: unknown[]
  }
  /** List the tokens of the user who calls, from the newest to the oldest. */
  'user.getTokens': {
    params: {
      /** The user who calls. */
      id: string
      /** Which tokens, as a filter. */
      filter?: string
      /** How many at most; a negative number is no limit. */
      limit?: number
    }
    result: unknown[]
  }
  /** List the users whom the caller may read. */
  'user.list': {
    params: Record<string, never>
    result: unknown[]
  }
  /** Delete a user, its tokens and its rules; its connections are closed. */
  'user.remove': {
    params: {
      /** User to delete; not the one who calls. */
      id: string
    }
    result: true
  }
  /** Take the identity at another sign-in provider from a user. */
  'user.removeAuthProvider': {
    params: {
      /** User to change. */
      id: string
      /** Name of the provider. */
      authProvider: string
    }
    result: true
  }
  /** Change a user; those who are no administrators change their own preferences only. */
  'user.set': {
    params: {
      /** User to change. */
      id: string
      /** Name to sign in with. */
      email?: string
      /** Password. */
      password?: string
      /** `admin` for an administrator; nobody changes their own. */
      permission?: string
      /** Preferences to set, each by its name; `null` removes one. */
      preferences?: Record<string, unknown>
    }
    result: true
  }
  /** Change a user. */
  'user.update': {
    params: {
      /** User to change. */
      id: string
      /** Name to sign in with. */
      name?: string
      /** Password. */
      password?: string
      /** `admin` for an administrator; nobody changes their own. */
      permission?: 'none' | 'admin'
      /** Preferences to set, each by its name; `null` removes one. */
      preferences?: Record<string, unknown>
    }
    result: true
  }
  /** Give a disk to the running VM that it belongs to. */
  'vbd.connect': {
    params: {
      /** Attachment to connect. */
      id: string
    }
    result: true
  }
  /** Give a disk to a VM, plugged in at once if it runs, and return the id of the attachment. */
  'vbd.create': {
    params: {
      /** Disk. */
      VDI: string
      /** VM that gets it. */
      VM: string
      /** Whether it is a disk, or a disc in a drive; a disk when left out. */
      type?: 'CD' | 'Disk' | 'Floppy'
      /** Whether the VM may write; it may to a disk when left out. */
      mode?: 'RO' | 'RW'
      /** Whether the VM can boot from it; no when left out. */
      bootable?: boolean
      /** Whether the drive is empty; no when left out. */
      empty?: boolean
      /** Whether it can be taken from a running VM; no when left out. */
      unpluggable?: boolean
      /** Place among the devices of the VM, such as `1`; a free one when left out. */
      userdevice?: string
      /** What anybody keeps of it. */
      other_config?: Record<string, string>
      /** How the quality of service is set; not at all when left out. */
      qos_algorithm_type?: string
      /** Parameters of that. */
      qos_algorithm_params?: Record<string, string>
    }
    result: string
  }
  /** Take a disk or drive out of a VM, which may be running; the disk stays. */
  'vbd.delete': {
    params: {
      /** Attachment to delete. */
      id: string
    }
    result: true
  }
  /** Take a disk away from a running VM; it still belongs to it. */
  'vbd.disconnect': {
    params: {
      /** Attachment to disconnect. */
      id: string
    }
    result: true
  }
  /** Change the place of a disk or drive among the devices of its VM. */
  'vbd.set': {
    params: {
      /** Attachment to change. */
      id: string
      /** Place, from 0; left alone when left out. */
      position?: string | number
    }
    result: true
  }
  /** Let a VM boot from a disk or drive, or not. */
  'vbd.setBootable': {
    params: {
      /** Attachment to change. */
      vbd: string
      /** Whether the VM can boot from it. */
      bootable: boolean
    }
    result: true
  }
  /** Make a disk on a storage repository and return its id. */
  'vdi.create': {
    params: {
      /** Storage repository. */
      srId: string
      /** Size that a VM sees, in bytes or as `20 GiB`. */
      virtual_size: number | string
      /** Name; none when left out. */
      name_label?: string
      /** Text for people; none when left out. */
      name_description?: string
      /** Tags; none when left out. */
      tags?: string[]
      /** What it is for; `user`, a disk of a VM, when left out. */
      type?: 'cbt_metadata' | 'crashdump' | 'ephemeral' | 'ha_statefile' | 'metadata' | 'pvs_cache' | 'redo_log' | 'rrd' | 'suspend' | 'system' | 'user'
      /** Whether nobody can write to it; no when left out. */
      read_only?: boolean
      /** Whether several VMs can have it at the same time; no when left out. */
      sharable?: boolean
      /** What anybody keeps of it. */
      other_config?: Record<string, string>
      /** What the storage driver keeps of it. */
      sm_config?: Record<string, string>
      /** What a VM that has it sees of it in its XenStore. */
      xenstore_data?: Record<string, string>
    }
    result: string
  }
  /** Delete a disk or a snapshot of one with what is on it; refused while a running VM has it. */
  'vdi.delete': {
    params: {
      /** Disk to delete. */
      id: string
    }
    result: true
  }
  /** Move a disk to another storage repository of its pool, also while a running VM uses it. */
  'vdi.migrate': {
    params: {
      /** Disk to move. */
      id: string
      /** Id of the resource set that it counts against. */
      resourceSet?: string
      /** Storage repository to move it to. */
      sr_id: string
    }
    result: true
  }
  /** Move a disk to another storage repository of its pool, also while a running VM uses it, and return what it is there. */
  'vdi.moveTo': {
    params: {
      /** Disk to move. */
      id: string
      /** Storage repository to move it to. */
      srId: string
    }
    result: Moved
  }
  /** Change a disk or a snapshot of one; what is as wanted already is left alone. */
  'vdi.set': {
    params: {
      /** Disk to change. */
      id: string
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
      /** Size that a VM sees, in bytes or as `20 GiB`; a disk only grows. */
      size?: number | string
      /** Whether changed blocks are tracked, for incremental backups. */
      cbt?: boolean
    }
    result: true
  }
  /** Name all objects that a view matches, in the window or not, for actions on a selection. */
  'view.select': {
    params: {
      /** View of this connection. */
      id: number
    }
    result: Selection
  }
  /** Open a view: list a part of the objects that the user may see, and be told by `view` notifications how it changes, or by one with `closed` why it ends. */
  'view.subscribe': {
    params: {
      /** Type of the objects, such as `VM`, or several; default is all. */
      type?: string[] | string
      /** Which of them, such as `power_state:running tags:prod`; the empty text stands for all. */
      filter?: string
      /** Properties to sort by, the first first, `-` before one that descends; after `>` a property of the object that one names, such as `$container>name_label`. Default is the id. */
      sort?: string[]
      /** Properties to show, with dots to what is inside of one; default is the whole object. */
      columns?: string[]
      /** Rows to skip; default is 0. */
      offset?: number
      /** Most rows to show; default is 100, at most 500. */
      limit?: number
      /** Properties to count all that match by. */
      groupBy?: string[]
    }
    result: Shown2
  }
  /** End a view. */
  'view.unsubscribe': {
    params: {
      /** View of this connection. */
      id: number
    }
    result: true
  }
  /** Show something else in a view; what is not given has its default, whatever the view showed before. Answers as `view.subscribe`. */
  'view.update': {
    params: {
      /** View of this connection. */
      id: number
      /** Type of the objects, such as `VM`, or several; default is all. */
      type?: string[] | string
      /** Which of them, such as `power_state:running tags:prod`; the empty text stands for all. */
      filter?: string
      /** Properties to sort by, the first first, `-` before one that descends; after `>` a property of the object that one names, such as `$container>name_label`. Default is the id. */
      sort?: string[]
      /** Properties to show, with dots to what is inside of one; default is the whole object. */
      columns?: string[]
      /** Rows to skip; default is 0. */
      offset?: number
      /** Most rows to show; default is 100, at most 500. */
      limit?: number
      /** Properties to count all that match by. */
      groupBy?: string[]
    }
    result: Shown2
  }
  /** Plug a network interface into its running VM. */
  'vif.connect': {
    params: {
      /** Interface to plug. */
      id: string
    }
    result: true
  }
  /** Connect a VM to a network, at once if it runs, and return the id of its new interface. */
  'vif.create': {
    params: {
      /** VM to connect. */
      vmId: string
      /** Network to connect it to. */
      networkId: string
      /** Place among its interfaces, such as `0`; a free one when left out. */
      device?: string
      /** Address, as `00:16:3e:…`; one of its own when left out. */
      MAC?: string
      /** Largest frame, in bytes; that of the network when left out. */
      MTU?: number
      /** Whether to plug it into the VM if that runs; yes when left out. */
      currently_attached?: boolean
      /** IPv4 addresses that it may use when locked. */
      ipv4_allowed?: string[]
      /** IPv6 addresses that it may use when locked. */
      ipv6_allowed?: string[]
      /** What traffic may pass: `network_default`, `locked`, `unlocked`, `disabled`; `locked` with addresses, else the first, when left out. */
      locking_mode?: string
      /** What anybody keeps of it. */
      other_config?: Record<string, string>
      /** How the quality of service is set, such as `ratelimit`; not at all when left out. */
      qos_algorithm_type?: string
      /** Parameters of that, such as `kbps`. */
      qos_algorithm_params?: Record<string, string>
    }
    result: string
  }
  /** Delete a network interface of a VM; one that is plugged is unplugged before. */
  'vif.delete': {
    params: {
      /** Interface to delete. */
      id: string
    }
    result: true
  }
  /** Unplug a network interface of a running VM, whether its guest agrees or not. */
  'vif.disconnect': {
    params: {
      /** Interface to unplug. */
      id: string
    }
    result: true
  }
  /** List what `lockingMode` of `vif.set` may be. */
  'vif.getLockingModeValues': {
    params: Record<string, never>
    result: string[]
  }
  /** Change a network interface of a VM and return its id, which is a new one when the MAC address changes. */
  'vif.set': {
    params: {
      /** Interface to change. */
      id: string
      /** Network to connect it to; unless told otherwise its traffic then follows the mode of that network. */
      network?: string
      /** MAC address, as `00:16:3e:…`; XAPI makes another interface for it, in the place of this one. */
      mac?: string
      /** IPv4 addresses that it may use when locked; it becomes locked if it followed the mode of its network. */
      allowedIpv4Addresses?: string[]
      /** IPv6 addresses that it may use when locked; as above. */
      allowedIpv6Addresses?: string[]
      /** Whether it is plugged into its running VM. */
      attached?: boolean
      /** What traffic may pass: `network_default`, `locked`, `unlocked`, `disabled`. */
      lockingMode?: string
      /** Most kB/s that the VM may send; `null` for no limit. */
      rateLimit?: number | null
      /** Resource set that gives the addresses. */
      resourceSet?: string
      /** Whether the VM leaves checksums to the hardware. */
      txChecksumming?: boolean
    }
    result: string
  }
  /** Have the host record a statistic of a running VM. */
  'vm.addDataSource': {
    params: {
      /** VM. */
      id: string
      /** Name of the statistic, such as `cpu0`. */
      dataSource: string
    }
    result: true
  }
  /** Attach a disk to a VM, plugged in at once if it runs. */
  'vm.attachDisk': {
    params: {
      /** Whether the VM can boot from it; no when left out. */
      bootable?: boolean
      /** Whether the VM may write; it may when left out. */
      mode?: 'RO' | 'RW'
      /** Place among its devices, such as `1`; a free one when left out. */
      position?: string
      /** Disk to attach. */
      vdi: string
      /** VM to attach it to. */
      vm: string
    }
    result: true
  }
  /** Give PCI devices of a host to a VM, from its next start on. */
  'vm.attachPcis': {
    params: {
      /** VM. */
      id: string
      /** Devices. */
      pcis: string[]
    }
    result: true
  }
  /** Make another VM like this one and return its id. */
  'vm.clone': {
    params: {
      /** VM, snapshot or template to clone. */
      id: string
      /** Name of the new VM. */
      name: string
      /** Whether to copy the disks whole instead of sharing what they have in common. */
      full_copy: boolean
    }
    result: string
  }
  /** Merge the disks of a VM into those below them, which frees space; a running VM is suspended meanwhile. */
  'vm.coalesceLeaf': {
    params: {
      /** VM. */
      id: string
    }
    result: true
  }
  /** Turn a halted VM into a template: the former name of `vm.convertToTemplate`. */
  'vm.convert': {
    params: {
      /** VM to turn into a template. */
      id: string
    }
    result: true
  }
  /** Turn a halted VM into a template; its CD drives are emptied. */
  'vm.convertToTemplate': {
    params: {
      /** VM to turn into a template. */
      id: string
    }
    result: true
  }
  /** Copy a VM with its disks to a storage repository and return the id of the copy; a running one is copied as it is now. */
  'vm.copy': {
    params: {
      /** How to compress what goes to another pool; nothing does in the same pool. */
      compress?: boolean | string
      /** Name of the copy; that of the VM when left out. */
      name?: string
      /** VM, snapshot or template to copy. */
      vm: string
      /** Storage repository for the disks of the copy. */
      sr: string
    }
    result: string
  }
  /** Make a template of a snapshot, with disks of its own. */
  'vm.copyToTemplate': {
    params: {
      /** Snapshot to make a template of. */
      id: string
    }
    result: true
  }
  /** Make a VM of a template and return its id; if a step fails, nothing of it stays behind. Parameters of `vm.set` may be given as well. */
  'vm.create': {
    params: {
      /** Who else gets rights on it. */
      acls?: {
        /** Id of a user or a group. */
        subject: string
        /** Role: `viewer`, `operator` or `admin`. */
        action: string
      }[]
      /** Whether it starts with its host: another name of `auto_poweron`. */
      autoPoweron?: boolean
      /** Whether to start it at once; no when left out. */
      bootAfterCreate?: boolean
      /** What cloud-init does at its first start. */
      cloudConfig?: string
      /** Whether to give it a TPM. */
      createVtpm?: boolean
      /** How cloud-init sets up its network. */
      networkConfig?: string
      /** Whether `cloudConfig` is for CoreOS; it makes no difference. */
      coreOs?: boolean
      /** Whether disks share what they have in common with those of the template; yes when left out. */
      clone?: boolean
      /** Whether to delete the drive of cloud-init after the first start. */
      destroyCloudConfigVdiAfterBoot?: boolean
      /** What to install from. */
      installation?: {
        /** `cdrom` for a disc, `network` for PXE or, of a PV guest, a URL. */
        method: string
        /** Id of the disc, `pxe`, or the URL. */
        repository: string
      }
      /** Type of its virtual graphics card. */
      vgpuType?: string
      /** Group that its virtual graphics card comes from. */
      gpuGroup?: string
      /** Name. */
      name_label: string | null
      /** Arguments of the kernel of a PV guest. */
      pv_args?: string
      /** Template to make it of. */
      template: string
      /** Its network interfaces; those of the template are not taken over. */
      VIFs?: {
        /** Id of its network. */
        network: string
        /** Its address; one of its own when left out. */
        mac?: string
        /** With addresses here or below, the only ones that it may use. */
        allowedIpv4Addresses?: string[]
        /** The same, for IPv6. */
        allowedIpv6Addresses?: string[]
      }[]
      /** Disks that it gets besides those of the template. */
      VDIs?: {
        /** Size, in bytes or as `2 GiB`. */
        size: number | string
        /** Id of its storage repository; the default of the pool when left out. */
        SR?: string
        /** What it is for; it makes no difference. */
        type?: string
        /** Its name; that of the VM with its place when left out. */
        name_label?: string
        /** Text for people. */
        name_description?: string
        [key: string]: unknown
      }[]
      /** What becomes of disks of the template, by their place, such as `0`. */
      existingDisks?: Record<string, {
        /** Its size, in bytes or as `2 GiB`; it cannot become smaller. */
        size?: number | string
        /** Id of the storage repository to move it to. */
        $SR?: string
        /** Its name. */
        name_label?: string
        /** Text for people. */
        name_description?: string
        [key: string]: unknown
      }>
      /** Whether its BIOS names the maker of its host, which some licences ask for; no when left out. */
      copyHostBiosStrings?: boolean
      /** Whether it starts when its host does. */
      auto_poweron?: boolean
      /** Text for people. */
      name_description?: string
      /** Longer text for people, in Markdown; `null` removes it. */
      notes?: string | null
      /** Tags, in place of those it has. */
      tags?: string[]
      /** What high availability does for it: `restart`, `best-effort`, or nothing when empty. */
      high_availability?: 'best-effort' | 'restart' | ''
      /** Virtual processors. */
      CPUs?: number
      /** Most virtual processors; only while it is halted. */
      cpusMax?: number | string
      /** Memory, in bytes or as `2 GiB`. */
      memory?: number | string
      /** Least memory, in bytes or as `2 GiB`. */
      memoryMin?: number | string
      /** Most memory, in bytes or as `2 GiB`. */
      memoryMax?: number | string
      /** Memory that it can never pass, in bytes or as `2 GiB`; only while it is halted. */
      memoryStaticMax?: number | string
      /** Arguments of the kernel of a PV guest. */
      PV_args?: string
      /** Processors of the host that it may use. */
      cpuMask?: number[]
      /** Share of processor time against others; `null` removes it. */
      cpuWeight?: number | null
      /** Most processor time, in percent of one processor; `null` removes it. */
      cpuCap?: number | null
      /** Host to start it on if possible; `null` removes it. */
      affinityHost?: string | null
      /** Graphics card. */
      vga?: string
      /** Memory of the graphics card, in MiB. */
      videoram?: number
      /** Cores of each virtual socket; `null` removes it. */
      coresPerSocket?: number | string | null
      /** Whether Windows finds the vendor's drivers by itself; only while it is halted. */
      hasVendorDevice?: boolean
      /** Whether it may run virtual machines, on older hosts. */
      expNestedHvm?: boolean
      /** Whether it may run virtual machines. */
      nestedVirt?: boolean
      /** Id of the resource set that it counts against; `null` takes it out of one. */
      resourceSet?: string | null
      /** Whether everybody in its resource set may use it. */
      share?: boolean
      /** Seconds to wait after its start before others start. */
      startDelay?: number
      /** Whether it boots signed systems only. */
      secureBoot?: boolean
      /** Network card; `null` removes it. */
      nicType?: string | null
      /** `bios` or `uefi`; `null` removes it. */
      hvmBootFirmware?: string | null
      /** `hvm` or `pv`. */
      virtualizationMode?: string
      /** Whether it offers Windows the interface that this is used to. */
      viridian?: boolean
      /** Operations to block, each with `true` or a reason, or to let pass, with `false` or `null`. */
      blockedOperations?: Record<string, unknown>
      /** Who created it. */
      creation?: {
        /** Id of the user. */
        user?: string
      }
      /** Storage for its memory while it is suspended; `null` removes it. */
      suspendSr?: string | null
      /** `setup` to enrol keys, `user` to go by them. */
      uefiMode?: 'setup' | 'user'
      /** Entries of its XenStore below `vm-data`; `null` removes one. */
      xenStoreData?: Record<string, string | null>
      [key: string]: unknown
    }
    result: string
  }
  /** Give a VM a drive that tells cloud-init what to do at its next start. */
  'vm.createCloudInitConfigDrive': {
    params: {
      /** VM. */
      vm: string
      /** Storage repository of the drive. */
      sr: string
      /** What to do, such as a text that begins with `#cloud-config`; it is not looked into. */
      config: string
      /** How to set up the network. */
      networkConfig?: string
    }
    result: true
  }
  /** Make a VM of a template in a pool and return its id; if a step fails, nothing of it stays behind. */
  'vm.createInPool': {
    params: {
      /** Pool to make it in. */
      id: string
      /** Template of that pool to make it of. */
      template: string
      /** Name. */
      name_label: string
      /** Text for people; that of the template when left out. */
      name_description?: string
      /** Memory, in bytes; that of the template when left out. */
      memory?: number
      /** Virtual processors; those of the template when left out. */
      cpus?: number
      /** Whether it starts when its host does. */
      autoPoweron?: boolean
      /** Whether to start it at once; no when left out. */
      boot?: boolean
      /** Whether disks share what they have in common with those of the template; yes when left out. */
      clone?: boolean
      /** Whether it boots signed systems only. */
      secureBoot?: boolean
      /** How it boots. */
      hvmBootFirmware?: 'uefi' | 'bios'
      /** What high availability does for it: `restart`, `best-effort`, or nothing when empty. */
      high_availability?: 'best-effort' | 'restart' | ''
      /** Id of the host to start it on if possible. */
      affinity?: string
      /** Whether its BIOS names the maker of its host, which some licences ask for; no when left out. */
      copyHostBiosStrings?: boolean
      /** Whether to give it a TPM; no when left out. */
      createVtpm?: boolean
      /** Group that its virtual graphics card comes from; goes with `vgpuType`. */
      gpuGroup?: string
      /** Type of its virtual graphics card. */
      vgpuType?: string
      /** Its interfaces, besides those of the template; one at the place of one of these takes that place. */
      vifs?: {
        /** Id of its network. */
        network?: string
        /** Largest frame, in bytes; that of the network when left out. */
        mtu?: number
        /** Its address; one of its own when left out. */
        mac?: string
        /** With addresses here or below, the only ones that it may use. */
        ipv4_allowed?: string[]
        /** The same, for IPv6. */
        ipv6_allowed?: string[]
        /** Place among the interfaces, such as `0`; a free one when left out. */
        device?: string
        /** Whether the interface of the template at that place goes. */
        destroy?: boolean
      }[]
      /** Its disks, besides those of the template, or what becomes of one of these. */
      vdis?: {
        /** Name; a disk of the template keeps its own when left out. */
        name_label?: string
        /** Text for people. */
        name_description?: string
        /** Size, in bytes; a disk of the template can only grow. */
        size?: number
        /** Id of the storage repository; that of the disk of the template, or the default of the pool, when left out. */
        sr?: string
        /** Place of a disk of the template, such as `0`. */
        userdevice?: string
        /** The same, as the original spells it for a disk that goes. */
        userdervice?: string
        /** Whether the disk of the template at that place goes. */
        destroy?: boolean
      }[]
      /** What to install from. */
      install?: {
        /** `cdrom` for a disc, `network` for PXE. */
        method: 'cdrom' | 'network'
        /** Id of the disc; empty for PXE. */
        repository: string
      }
      /** What cloud-init does at its first start. */
      cloud_config?: string
      /** How cloud-init sets up its network; goes with `cloud_config`. */
      network_config?: string
      /** Whether to delete the drive of cloud-init after the first start; no when left out. */
      destroy_cloud_config_vdi?: boolean
    }
    result: string
  }
  /** Connect a VM to a network, at once if it runs, and return the id of its new interface. */
  'vm.createInterface': {
    params: {
      /** VM to connect. */
      vm: string
      /** Network to connect it to. */
      network: string
      /** Place among its interfaces; a free one when left out. */
      position?: number | string
      /** Address of the interface; one of its own when left out. */
      mac?: string
      /** With addresses here or below, the only ones that it may use. */
      allowedIpv4Addresses?: string[]
      /** The same, for IPv6. */
      allowedIpv6Addresses?: string[]
    }
    result: string
  }
  /** Give a halted VM a virtual graphics card. */
  'vm.createVgpu': {
    params: {
      /** VM. */
      vm: string
      /** Group of graphics cards that it comes from. */
      gpuGroup: string
      /** Type of the card. */
      vgpuType: string
    }
    result: true
  }
  /** Delete a VM with its snapshots and, unless told otherwise, its disks; a running one is stopped hard before. */
  'vm.delete': {
    params: {
      /** VM, snapshot or template to delete. */
      id: string
      /** Whether to delete disks that no other VM uses; yes when left out. */
      deleteDisks?: boolean
      /** Whether to delete whatever stands against it: as the two below; no when left out. */
      force?: boolean
      /** Whether to delete a template that came with the host; as `force` when left out. */
      forceDeleteDefaultTemplate?: boolean
      /** Whether to delete even if that is blocked; as `force` when left out. */
      forceBlockedOperation?: boolean
    }
    result: true
  }
  /** Take a virtual graphics card away from its halted VM. */
  'vm.deleteVgpu': {
    params: {
      /** Graphics card. */
      vgpu: string
    }
    result: true
  }
  /** Take PCI devices away from a VM, from its next start on. */
  'vm.detachPcis': {
    params: {
      /** VM. */
      id: string
      /** Addresses of the devices, such as `0000:00:02.0`. */
      pciIds: string[]
    }
    result: true
  }
  /** Make another VM like this one and return its id: by sharing what is on its disks, or with copies of them. */
  'vm.duplicate': {
    params: {
      /** VM to make another one of. */
      id: string
      /** Whether to share what is on the disks, instead of copying them where they are; yes when left out. */
      fast?: boolean
      /** Storage repository for copies of the disks. */
      srId?: string
      /** How to compress what goes to another pool: `gzip` or `zstd`; nothing does in the same pool. */
      compress?: 'gzip' | 'zstd'
      /** Name of the new VM; that of the VM when left out. */
      name_label?: string
    }
    result: string
  }
  /** Take the disc out of the CD drive of a VM. */
  'vm.ejectCd': {
    params: {
      /** VM. */
      id: string
    }
    result: true
  }
  /** Offer a VM with its disks as a file to download; of one that runs, as it is at that moment. */
  'vm.export': {
    params: {
      /** VM, snapshot or template. */
      vm: string
      /** Whether and how an XVA is compressed: `gzip` (also `true`) or `zstd`; not at all when left out. */
      compress?: boolean | string
      /** `xva`, which hosts read, when left out; `ova` for other programs. */
      format?: 'xva' | 'ova'
    }
    result: Offered
  }
  /** Tell what cloud-init may be told for VMs of a CoreOS template, as the script `xscontainer` of the master has it. */
  'vm.getCloudInitConfig': {
    params: {
      /** Template. */
      template: string
    }
    result: string
  }
  /** Tell the state of a VM: what it is, alarms. */
  'vm.getDashboard': {
    params: {
      /** VM. */
      id: string
    }
    result: Dashboard3
  }
  /** List what `high_availability` of a VM can be. */
  'vm.getHaValues': {
    params: Record<string, never>
    result: string[]
  }
  /** Return whether a VM is ready to boot signed systems only: `ready`, or what is missing. */
  'vm.getSecurebootReadiness': {
    params: {
      /** VM. */
      id: string
      /** Whether to ask anew; the host is always asked. */
      forceRefresh?: boolean
    }
    result: string
  }
  /** List the disks of a VM, a snapshot or a template, without discs in drives. */
  'vm.getVdis': {
    params: {
      /** VM, control domain, snapshot or template. */
      id: string
    }
    result: Record<string, unknown>[]
  }
  /** Make a VM of a file and return its id: an XVA, compressed or not, or an OVA. The answer says where to send the file, unless it is to be fetched from a URL. */
  'vm.import': {
    params: {
      /** What is to be different from what an OVA says of its machine; other names in it are passed over. */
      data?: {
        /** Text for people. */
        descriptionLabel?: string
        /** Disks to import, by their files; all when left out. */
        disks?: {
          /** Size, in bytes; not less than that of its image, which it is when left out. */
          capacity?: number
          /** Text for people. */
          descriptionLabel?: string
          /** Name. */
          nameLabel?: string
          /** File of the archive. */
          path: string
          /** Place among the disks of the VM, from 0 on; in the order of the archive when left out. */
          position?: number
        }[]
        /** Memory, in bytes. */
        memory?: number
        /** Number of virtual processors. */
        nCpus?: number
        /** Name. */
        nameLabel?: string
        /** Ids of the networks of its interfaces, in their order; those of the same names as in the archive when left out. */
        networks?: string[]
        [key: string]: unknown
      }
      /** `xva` or `ova`; what the file says when left out. */
      type?: 'xva' | 'ova'
      /** Storage repository for the disks. */
      sr: string
      /** Where to fetch the file, by HTTP or HTTPS. */
      url?: string
    }
    result: SendToOrId
  }
  /** Make a VM of a file, in a pool, and return its id: the answer says where to send the file. */
  'vm.importInPool': {
    params: {
      /** Pool. */
      id: string
      /** Storage repository for the disks; the pool's default when left out. */
      sr?: string
    }
    result: SendTo
  }
  /** Put a disc into the CD drive of a VM; one that has no drive gets one. */
  'vm.insertCd': {
    params: {
      /** VM. */
      id: string
      /** Disc, of a library of ISO images or a drive of a host. */
      cd_id: string
      /** Whether to take out the disc that is in there; yes when left out. */
      force?: boolean
    }
    result: true
  }
  /** Move a VM to another host, with its disks where that is needed or wanted. */
  'vm.migrate': {
    params: {
      /** VM to move. */
      vm: string
      /** Whether to move it even to a host with another kind of processor; no when left out. */
      force?: boolean
      /** Host to move it to, which may be of another pool. */
      targetHost: string
      /** Storage repository for its disks; where they are if the host has that, else the default of its pool. */
      sr?: string
      /** Storage repository of single disks, by the id of the disk. */
      mapVdisSrs?: Record<string, string>
      /** Network of single interfaces in the other pool, by the id of the interface. */
      mapVifsNetworks?: Record<string, string>
      /** Network to move it over; that of the pool's choice, or the one that the host is managed over, when left out. */
      migrationNetwork?: string
      /** Whether to move it without asking the hosts first whether that can work; no when left out. */
      bypassAssert?: boolean
    }
    result: true
  }
  /** Pause a running VM: its memory stays where it is. */
  'vm.pause': {
    params: {
      /** VM to pause. */
      id: string
    }
    result: true
  }
  /** Start a halted VM from its CD drive, this time only. */
  'vm.recoveryStart': {
    params: {
      /** VM to start. */
      id: string
    }
    result: true
  }
  /** Have the host forget what it recorded of a statistic of a running VM. */
  'vm.removeDataSource': {
    params: {
      /** VM. */
      id: string
      /** Name of the statistic, such as `cpu0`. */
      dataSource: string
    }
    result: true
  }
  /** Restart a VM. */
  'vm.restart': {
    params: {
      /** VM to restart. */
      id: string
      /** Whether to pull the plug instead of asking the guest; no when left out. */
      force?: boolean
      /** Whether to restart even if that is blocked; it is blocked again afterwards. As `force` when left out. */
      bypassBlockedOperation?: boolean
    }
    result: true
  }
  /** Resume a suspended VM. */
  'vm.resume': {
    params: {
      /** VM to resume. */
      id: string
    }
    result: true
  }
  /** Take a VM back to a snapshot of it; if it ran then, it runs again. */
  'vm.revert': {
    params: {
      /** Snapshot to go back to. */
      snapshot: string
    }
    result: true
  }
  /** Take a VM back to one of its snapshots, if wanted with a snapshot of what it is now; if it ran then, it runs again. */
  'vm.revertSnapshot': {
    params: {
      /** VM to take back. */
      id: string
      /** Snapshot of it to go back to. */
      snapshotId: string
      /** Whether to make a snapshot before; no when left out. */
      snapshotBefore?: boolean
    }
    result: true
  }
  /** Change a VM, a snapshot or a template; what is as wanted already is left alone. */
  'vm.set': {
    params: {
      /** VM to change. */
      id: string
      /** Whether it starts when its host does. */
      auto_poweron?: boolean
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
      /** Longer text for people, in Markdown; `null` removes it. */
      notes?: string | null
      /** Tags, in place of those it has. */
      tags?: string[]
      /** What high availability does for it: `restart`, `best-effort`, or nothing when empty. */
      high_availability?: 'best-effort' | 'restart' | ''
      /** Virtual processors. */
      CPUs?: number
      /** Most virtual processors; only while it is halted. */
      cpusMax?: number | string
      /** Memory, in bytes or as `2 GiB`. */
      memory?: number | string
      /** Least memory, in bytes or as `2 GiB`. */
      memoryMin?: number | string
      /** Most memory, in bytes or as `2 GiB`. */
      memoryMax?: number | string
      /** Memory that it can never pass, in bytes or as `2 GiB`; only while it is halted. */
      memoryStaticMax?: number | string
      /** Arguments of the kernel of a PV guest. */
      PV_args?: string
      /** Processors of the host that it may use. */
      cpuMask?: number[]
      /** Share of processor time against others; `null` removes it. */
      cpuWeight?: number | null
      /** Most processor time, in percent of one processor; `null` removes it. */
      cpuCap?: number | null
      /** Host to start it on if possible; `null` removes it. */
      affinityHost?: string | null
      /** Graphics card. */
      vga?: string
      /** Memory of the graphics card, in MiB. */
      videoram?: number
      /** Cores of each virtual socket; `null` removes it. */
      coresPerSocket?: number | string | null
      /** Whether Windows finds the vendor's drivers by itself; only while it is halted. */
      hasVendorDevice?: boolean
      /** Whether it may run virtual machines, on older hosts. */
      expNestedHvm?: boolean
      /** Whether it may run virtual machines. */
      nestedVirt?: boolean
      /** Id of the resource set that it counts against; `null` takes it out of one. */
      resourceSet?: string | null
      /** Whether everybody in its resource set may use it. */
      share?: boolean
      /** Seconds to wait after its start before others start. */
      startDelay?: number
      /** Whether it boots signed systems only. */
      secureBoot?: boolean
      /** Network card; `null` removes it. */
      nicType?: string | null
      /** `bios` or `uefi`; `null` removes it. */
      hvmBootFirmware?: string | null
      /** `hvm` or `pv`. */
      virtualizationMode?: string
      /** Whether it offers Windows the interface that this is used to. */
      viridian?: boolean
      /** Operations to block, each with `true` or a reason, or to let pass, with `false` or `null`. */
      blockedOperations?: Record<string, unknown>
      /** Who created it. */
      creation?: {
        /** Id of the user. */
        user?: string
      }
      /** Storage for its memory while it is suspended; `null` removes it. */
      suspendSr?: string | null
      /** `setup` to enrol keys, `user` to go by them. */
      uefiMode?: 'setup' | 'user'
      /** Entries of its XenStore below `vm-data`; `null` removes one. */
      xenStoreData?: Record<string, string | null>
    }
    result: true
  }
  /** Shut a VM down, change it and start it again; one that does not run is changed and started. It is started again also where the change is refused. */
  'vm.setAndRestart': {
    params: {
      /** Whether to pull the plug instead of asking the guest; no when left out. */
      force?: boolean
      /** VM to change. */
      id: string
      /** Whether it starts when its host does. */
      auto_poweron?: boolean
      /** Name. */
      name_label?: string
      /** Text for people. */
      name_description?: string
      /** Longer text for people, in Markdown; `null` removes it. */
      notes?: string | null
      /** Tags, in place of those it has. */
      tags?: string[]
      /** What high availability does for it: `restart`, `best-effort`, or nothing when empty. */
      high_availability?: 'best-effort' | 'restart' | ''
      /** Virtual processors. */
      CPUs?: number
      /** Most virtual processors; only while it is halted. */
      cpusMax?: number | string
      /** Memory, in bytes or as `2 GiB`. */
      memory?: number | string
      /** Least memory, in bytes or as `2 GiB`. */
      memoryMin?: number | string
      /** Most memory, in bytes or as `2 GiB`. */
      memoryMax?: number | string
      /** Memory that it can never pass, in bytes or as `2 GiB`; only while it is halted. */
      memoryStaticMax?: number | string
      /** Arguments of the kernel of a PV guest. */
      PV_args?: string
      /** Processors of the host that it may use. */
      cpuMask?: number[]
      /** Share of processor time against others; `null` removes it. */
      cpuWeight?: number | null
      /** Most processor time, in percent of one processor; `null` removes it. */
      cpuCap?: number | null
      /** Host to start it on if possible; `null` removes it. */
      affinityHost?: string | null
      /** Graphics card. */
      vga?: string
      /** Memory of the graphics card, in MiB. */
      videoram?: number
      /** Cores of each virtual socket; `null` removes it. */
      coresPerSocket?: number | string | null
      /** Whether Windows finds the vendor's drivers by itself; only while it is halted. */
      hasVendorDevice?: boolean
      /** Whether it may run virtual machines, on older hosts. */
      expNestedHvm?: boolean
      /** Whether it may run virtual machines. */
      nestedVirt?: boolean
      /** Id of the resource set that it counts against; `null` takes it out of one. */
      resourceSet?: string | null
      /** Whether everybody in its resource set may use it. */
      share?: boolean
      /** Seconds to wait after its start before others start. */
      startDelay?: number
      /** Whether it boots signed systems only. */
      secureBoot?: boolean
      /** Network card; `null` removes it. */
      nicType?: string | null
      /** `bios` or `uefi`; `null` removes it. */
      hvmBootFirmware?: string | null
      /** `hvm` or `pv`. */
      virtualizationMode?: string
      /** Whether it offers Windows the interface that this is used to. */
      viridian?: boolean
      /** Operations to block, each with `true` or a reason, or to let pass, with `false` or `null`. */
      blockedOperations?: Record<string, unknown>
      /** Who created it. */
      creation?: {
        /** Id of the user. */
        user?: string
      }
      /** Storage for its memory while it is suspended; `null` removes it. */
      suspendSr?: string | null
      /** `setup` to enrol keys, `user` to go by them. */
      uefiMode?: 'setup' | 'user'
      /** Entries of its XenStore below `vm-data`; `null` removes one. */
      xenStoreData?: Record<string, string | null>
    }
    result: true
  }
  /** Set the order in which a VM tries its devices. */
  'vm.setBootOrder': {
    params: {
      /** VM or template. */
      vm: string
      /** A letter for each device, the first first: `c` its disk, `d` its CD drive, `n` the network. */
      order: string
    }
    result: true
  }
  /** Make a snapshot of a VM and return its id. */
  'vm.snapshot': {
    params: {
      /** Text for people. */
      description?: string
      /** VM to make a snapshot of. */
      id: string
      /** Name of the snapshot; that of the VM with the time when left out. */
      name?: string
      /** Whether to keep the memory of a running VM too; no when left out. */
      saveMemory?: boolean
    }
    result: string
  }
  /** Start a VM: a halted one is started, a paused one unpaused, a suspended one resumed. */
  'vm.start': {
    params: {
      /** Whether to start even if a running VM has one of its MAC addresses; no when left out. */
      bypassMacAddressesCheck?: boolean
      /** Whether to start even if starting is blocked; the block is removed. No when left out. */
      force?: boolean
      /** Host to start it on; chosen by the pool when left out. */
      host?: string
      /** VM to start. */
      id: string
    }
    result: true
  }
  /** Return statistics of a running VM. */
  'vm.stats': {
    params: {
      /** How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a week) or `days` (a year). */
      granularity?: string
      /** VM. */
      id: string
    }
    result: Answer3
  }
  /** Shut a VM down. */
  'vm.stop': {
    params: {
      /** VM to stop. */
      id: string
      /** Whether to pull the plug instead of asking the guest; no when left out. */
      force?: boolean
      /** Milliseconds after which the plug is pulled if the guest has not shut down; 0 waits for the guest. */
      forceShutdownDelay?: number
      /** Whether to stop even if that is blocked; it is blocked again afterwards. As `force` when left out. */
      bypassBlockedOperation?: boolean
    }
    result: true
  }
  /** Suspend a running VM: its memory goes to a disk. */
  'vm.suspend': {
    params: {
      /** VM to suspend. */
      id: string
    }
    result: true
  }
  /** Let a paused VM go on. */
  'vm.unpause': {
    params: {
      /** VM to let go on. */
      id: string
    }
    result: true
  }
  /** Move a running VM to a storage repository, in its pool or another, and return the id of the VM there: it is shut down only for as long as what has changed meanwhile takes. */
  'vm.warmMigration': {
    params: {
      /** VM to move. */
      vm: string
      /** Storage repository to move it to. */
      sr: string
      /** Whether to start it there. */
      startDestinationVm: boolean
      /** Whether to delete what was moved; otherwise it stays, and is kept from being started. */
      deleteSourceVm: boolean
    }
    result: string
  }
  /** Give a halted VM a TPM and return its id. */
  'vtpm.create': {
    params: {
      /** VM. */
      id: string
    }
    result: string
  }
  /** Take the TPM away from a halted VM; what is sealed by it is lost. */
  'vtpm.destroy': {
    params: {
      /** TPM. */
      id: string
    }
    result: true
  }
  /** Give a VM a USB device, from its next start on, and return the id of the connection. */
  'vusb.create': {
    params: {
      /** VM. */
      vm: string
      /** Group of the device. */
      usbGroup: string
    }
    result: string
  }
  /** Take a USB device from a VM. */
  'vusb.destroy': {
    params: {
      /** Connection of the device. */
      id: string
    }
    result: true
  }
  /** Unplug a USB device of a running VM. */
  'vusb.unplug': {
    params: {
      /** Connection of the device. */
      id: string
    }
    result: true
  }
  /** List the objects that the user may see, by id. */
  'xo.getAllObjects': {
    params: {
      /** Which ones: an example such as `{"type": "VM"}`, or a text such as `type:VM power_state:running`. */
      filter?: Record<string, unknown> | string
      /** Most objects to list. */
      limit?: number
      /** Whether to answer the one-time URL of a file with an object on each line. */
      ndjson?: boolean
    }
    result: Record<string, unknown>
  }
}
