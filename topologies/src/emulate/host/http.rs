//! HTTP/1.1 as far as one GET takes it (RFC 9112): every answer closes the connection.

use bytes::Bytes;

use super::Failure;

/// The end of a head.
const END: &[u8] = b"\r\n\r\n";

pub(super) fn request(host: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes()
}

/// The answer to what a client has sent so far; `None` while its head is not whole.
pub(super) fn answer(received: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let head = received
        .windows(END.len())
        .position(|window| window == END)?;
    let head = &received[..head];
    if !head.starts_with(b"GET ") {
        return Some(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec());
    }
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
            .into_bytes();
    answer.extend_from_slice(body);
    Some(answer)
}

/// Status and body of an answer that ended with the connection.
pub(super) fn read(received: &[u8]) -> Result<(u16, Bytes), Failure> {
    let end = received.windows(END.len()).position(|window| window == END);
    let end = end.ok_or(Failure::NotHttp)?;
    let head = std::str::from_utf8(&received[..end]).map_err(|_| Failure::NotHttp)?;
    let mut words = head.split(' ');
    let (Some(version), Some(status)) = (words.next(), words.next()) else {
        return Err(Failure::NotHttp);
    };
    if !version.starts_with("HTTP/1.") {
        return Err(Failure::NotHttp);
    }
    let status = status.get(..3).unwrap_or(status).parse();
    let body = Bytes::copy_from_slice(&received[end + END.len()..]);
    Ok((status.map_err(|_| Failure::NotHttp)?, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_answered_and_read() {
        let request = request("10.0.0.1", "/");
        assert_eq!(answer(&request[..request.len() - 1], b"hello"), None);
        let answer = answer(&request, b"hello").expect("a whole head");
        assert_eq!(read(&answer), Ok((200, Bytes::from_static(b"hello"))));
    }

    #[test]
    fn nothing_but_get() {
        let answer = answer(b"POST / HTTP/1.1\r\n\r\n", b"").expect("a whole head");
        assert_eq!(read(&answer), Ok((405, Bytes::new())));
    }

    #[test]
    fn what_is_not_http_is_no_answer() {
        for answer in [
            "",
            "\r\n\r\n",
            "SSH-2.0 200\r\n\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200",
        ] {
            assert_eq!(read(answer.as_bytes()), Err(Failure::NotHttp), "{answer:?}");
        }
    }
}
