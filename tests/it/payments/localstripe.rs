//! Our client against somebody else's idea of Stripe: `scripts/test-localstripe.sh`. What localstripe does not know
//! (prices, checkout, the portal) is not asked of it.

use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use parlance::{
    adapters::billing::{BillingError, BillingProvider, NewCustomer, Stripe, StripeOptions},
    kernel::clock::SystemClock,
};
use parlance_store::ids::TenantId;
use secrecy::SecretString;
use tokio::sync::mpsc;
use url::form_urlencoded;

const SECRET: &str = "whsec_of_the_hook";

type Came = (Vec<u8>, String);

/// A webhook endpoint: where it is, and what comes.
async fn hook() -> (String, mpsc::Receiver<Came>) {
    let (tell, come) = mpsc::channel(16);
    let (started, starting) = tokio::sync::oneshot::channel();
    let tell = web::Data::new(tell);
    let take = |request: HttpRequest, body: web::Bytes, tell: web::Data<mpsc::Sender<Came>>| async move {
        let header = request.headers().get("stripe-signature").unwrap();
        let header = header.to_str().unwrap().to_owned();
        tell.send((body.to_vec(), header)).await.unwrap();
        HttpResponse::Ok().finish()
    };
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let app = move || App::new().app_data(tell.clone()).default_service(web::to(take));
            let server = HttpServer::new(app).workers(1).disable_signals();
            let server = server.bind("127.0.0.1:0").unwrap();
            let _ = started.send(server.addrs()[0].port());
            server.run().await.unwrap();
        });
    });
    (format!("http://127.0.0.1:{}", starting.await.unwrap()), come)
}

#[tokio::test]
#[ignore = "needs localstripe from PyPI: scripts/test-localstripe.sh"]
#[expect(clippy::disallowed_methods, reason = "told by the script that runs it")]
async fn localstripe_answers_our_calls_and_its_events_are_taken() {
    let base = std::env::var("LOCALSTRIPE_URL").expect("run scripts/test-localstripe.sh");
    let options = StripeOptions {
        secret_key: SecretString::from("sk_test_12345"),
        webhook_secrets: vec![SecretString::from("whsec_old"), SecretString::from(SECRET)],
        prices: [("pro".to_owned(), vec!["price_pro".to_owned()])].into(),
        base_url: base.clone(),
    };
    let stripe = Stripe::new(options, Arc::new(SystemClock)).unwrap();
    let (url, mut come) = hook().await;
    let fields = form_urlencoded::Serializer::new(String::new())
        .append_pair("url", &url)
        .append_pair("secret", SECRET)
        .finish();
    let configured = reqwest::Client::new()
        .post(format!("{base}/_config/webhooks/ours"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields)
        .send()
        .await
        .unwrap();
    assert!(configured.status().is_success());

    let new = NewCustomer {
        tenant: TenantId::new(),
        name: "Acme & Söhne",
        email: "owner@acme.example",
    };
    let customer = stripe.create_customer(new).await.unwrap();
    assert!(customer.starts_with("cus_"), "{customer}");
    let (body, signature) = come.recv().await.unwrap();
    let event = stripe.event(&body, &signature).unwrap();
    assert_eq!(event.kind, "customer.created");
    let mut forged = body.clone();
    forged.push(b' ');
    assert!(stripe.event(&forged, &signature).is_err());

    assert_eq!(stripe.subscription(&customer).await.unwrap(), None);
    assert_eq!(stripe.invoices(&customer).await.unwrap(), []);
    let refused = stripe.invoices("cus_nobody").await;
    assert!(matches!(refused, Err(BillingError::Refused(_))), "{refused:?}");
    let changed = stripe.change_plan(&customer, "pro").await;
    assert!(
        matches!(changed, Err(BillingError::NoSubscription)),
        "{changed:?}"
    );
}
