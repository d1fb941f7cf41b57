//! The API key is in nothing that is kept, shown or said last: not in messages as a recording keeps them, nor in what a program
//! that dies may print of its values, whatever the other side repeats.

use appliance::{MachineId, OperationId, Request};
use tui::console::message::Message;
use tui::console::model::Live;

use super::Watched;
use super::faults::{Fault, KEY, PATIENCE, Server, appliance, console_of};

/// What whoever stands before the appliance may repeat of what it was sent.
const ECHOES: [Fault; 5] = [
    Fault::None,
    Fault::Says(
        401,
        "content-type: application/json\r\n",
        r#"{"error":"no such key: eyJ-a-key-that-nobody-may-see"}"#,
    ),
    Fault::Says(
        422,
        "content-type: application/json\r\n",
        r#"{"error":"no","error_details":{"eyJ-a-key-that-nobody-may-see":["eyJ-a-key-that-nobody-may-see"]}}"#,
    ),
    Fault::Says(
        500,
        "content-type: text/html\r\n",
        "<pre>X-Meltcloud-API-Key: eyJ-a-key-that-nobody-may-see</pre>",
    ),
    Fault::Says(
        302,
        "location: http://elsewhere.example/?key=eyJ-a-key-that-nobody-may-see\r\n",
        "",
    ),
];

#[track_caller]
fn assert_hides(text: &str) {
    // Not even a part of it that would do to guess the rest.
    for part in [KEY, &KEY[..16], &KEY[KEY.len() - 16..]] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[test]
fn no_key_is_kept_shown_or_said_last() {
    let requests = [
        Request::GetCapabilities,
        Request::ListClusters,
        Request::ListMachines,
        Request::ListMachinePools,
        Request::ListOperations,
        Request::GetMachine {
            machine: MachineId(1),
        },
        Request::GetOperation {
            operation: OperationId(1),
        },
    ];
    for fault in ECHOES {
        let server = Server::start(Watched::new(false).simulation);
        server.goes(fault);
        let asked = appliance(&server.endpoint, PATIENCE * 240);
        for request in requests.clone() {
            let reply = asked.ask(&request);
            let message = Message::Replied(request, reply);
            assert_hides(&serde_json::to_string(&message).unwrap());
            assert_hides(&format!("{message:?}"));
        }
        assert_hides(&format!("{asked:?}"));
        let mut console = console_of(asked);
        for view in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "?"] {
            console.press(view).wait(5);
            assert_hides(&console.screen());
        }
        let live: &Live = console.model.live.as_ref().unwrap();
        assert_hides(&format!("{live:?} {:?}", console.model));
    }
}
