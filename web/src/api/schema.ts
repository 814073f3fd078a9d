// Generated from the operation table by `cargo xtask gen`; do not edit.

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

/** Parameters and result of each operation. */
export interface Methods {
  /** Delete a message. */
  'message.delete': {
    params: {
      /** Message to delete. */
      id: string
    }
    result: true
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
  /** List the servers, without their passwords. */
  'server.getAll': {
    params: Record<string, never>
    result: ServerInfo[]
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
  /** Tell who is signed in; fails when nobody is. */
  'session.getUser': {
    params: Record<string, never>
    result: UserInfo
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
  /** Delete a user and its tokens; its connections are closed. */
  'user.delete': {
    params: {
      /** User to delete; not the one who calls. */
      id: string
    }
    result: true
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
  /** Pause a running VM: its memory stays where it is. */
  'vm.pause': {
    params: {
      /** VM to pause. */
      id: string
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
