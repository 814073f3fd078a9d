//! What an earlier run of this server has left behind, since it was killed in the middle.

use app::{
    App, News,
    model::{Kind, Object},
    xapi_types::class,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{MARK, What, mark_in, server};

/// Removes what has the mark of an earlier run, wherever it turns up.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let mut feed = app.feed().subscribe();
    let server = match server(&app).await {
        Ok(server) => server,
        Err(error) => return warn!("what an earlier run may have left behind is not looked for: {error}"),
    };
    look_for_all(&app, &server).await;
    loop {
        let news = tokio::select! {
            () = stop.cancelled() => return,
            news = feed.next() => news,
        };
        match news {
            News::Delta(delta) => {
                for object in &delta.entered {
                    look_at(&app, &server, object).await;
                }
            }
            News::Lost(_) => look_for_all(&app, &server).await,
            News::End => return,
            News::Shift(_) | News::Moved(_) => {}
        }
    }
}

async fn look_for_all(app: &App, server: &str) {
    let objects = app.store().snapshot();
    for kind in [Kind::Vm, Kind::VmSnapshot, Kind::Vdi, Kind::VdiSnapshot] {
        for object in objects.of_kind(kind) {
            look_at(app, server, &object).await;
        }
    }
}

async fn look_at(app: &App, server: &str, object: &Object) {
    let Some((what, mark)) = mark_of(object) else { return };
    let is_left = mark.split_once('/').is_some_and(|(of, run)| of == server && run != app.run());
    if !is_left {
        return;
    }
    // The pool may be away again; then it is found when that comes back.
    let Ok(on) = app.on(object.id()) else { return };
    info!(object.id = object.id(), "removing `{}`, which an earlier run has left behind", object.id());
    what.remove(&on.pool, &on.reference()).await;
}

fn mark_of(object: &Object) -> Option<(What, String)> {
    match object.kind() {
        Kind::Vm | Kind::VmSnapshot => {
            let vm = object.get::<class::Vm>()?;
            // A name is asked for with a snapshot alone: people give machines theirs.
            let named = || mark_in(&vm.name_label).filter(|_| object.kind() == Kind::VmSnapshot);
            let mark = vm.other_config.get(MARK).map(|mark| &**mark).or_else(named)?;
            Some((What::Vm, mark.to_owned()))
        }
        Kind::Vdi | Kind::VdiSnapshot => {
            Some((What::Vdi, object.get::<class::Vdi>()?.other_config.get(MARK)?.to_string()))
        }
        _ => None,
    }
}
