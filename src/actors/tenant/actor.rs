//! The single holder of one tenant's buckets.

use std::{net::IpAddr, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message};
use parlance_store::ids::VisitorId;

use crate::domain::quota::rate::{Buckets, Limited};

/// Messages that may wait for admission; a sender beyond it waits its turn.
const MAILBOX: usize = 256;

/// How often full buckets are forgotten.
const SWEEP: Duration = Duration::from_secs(60);

pub(super) struct TenantActor {
    pub(super) buckets: Buckets,
}

impl Actor for TenantActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_interval(SWEEP, |actor, _| actor.buckets.sweep());
    }
}

#[derive(Message)]
#[rtype(result = "Result<(), Limited>")]
pub(super) struct Admit {
    pub visitor: VisitorId,
    pub address: Option<IpAddr>,
}

#[derive(Message)]
#[rtype(result = "Result<(), Limited>")]
pub(super) struct AdmitVisit {
    pub address: IpAddr,
}

#[derive(Message)]
#[rtype(result = "Result<(), Limited>")]
pub(super) struct AdmitFrame {
    pub visitor: VisitorId,
}

#[derive(Message)]
#[rtype(result = "Result<(), Limited>")]
pub(super) struct AdmitUpload {
    pub visitor: VisitorId,
    pub address: Option<IpAddr>,
}

impl Handler<AdmitUpload> for TenantActor {
    type Result = Result<(), Limited>;

    fn handle(&mut self, msg: AdmitUpload, _: &mut Self::Context) -> Self::Result {
        self.buckets.take_upload(msg.visitor, msg.address)
    }
}

impl Handler<AdmitFrame> for TenantActor {
    type Result = Result<(), Limited>;

    fn handle(&mut self, msg: AdmitFrame, _: &mut Self::Context) -> Self::Result {
        self.buckets.take_frame(msg.visitor)
    }
}

impl Handler<AdmitVisit> for TenantActor {
    type Result = Result<(), Limited>;

    fn handle(&mut self, msg: AdmitVisit, _: &mut Self::Context) -> Self::Result {
        self.buckets.take_visit(msg.address)
    }
}

impl Handler<Admit> for TenantActor {
    type Result = Result<(), Limited>;

    fn handle(&mut self, msg: Admit, _: &mut Self::Context) -> Self::Result {
        self.buckets.take(msg.visitor, msg.address)
    }
}
