; SPDX-License-Identifier: LGPL-3.0-or-later
;
; Restyles every photo in a folder.  Define `photos`, the folder; `like`, the photo in whose style they
; shall be; `out`, another folder, for the results; and run it:
;
;     gimp-console -i --batch-interpreter=plug-in-script-fu-eval --quit -b \
;         "(define photos \"/home/me/holiday\") (define like \"/home/me/dusk.jpg\")
;          (define out \"/home/me/evening\") $(cat folder.scm)"
;
; A file that is no photo is named and left out.

(script-fu-use-v3)

(define (files-in folder)
  (let ((stream (dir-open-stream folder)))
    (let next ((name (dir-read-entry stream)) (names '()))
      (cond ((eof-object? name)
             (dir-close-stream stream)
             names)
            ((= (file-type (string-append folder "/" name)) FILE-TYPE-FILE)
             (next (dir-read-entry stream) (cons name names)))
            (else (next (dir-read-entry stream) names))))))

(define (restyle name style)
  (let ((photo (gimp-file-load RUN-NONINTERACTIVE (string-append photos "/" name))))
    (plug-in-deep-photo-style
      #:run-mode RUN-NONINTERACTIVE
      #:image photo
      #:drawables (gimp-image-get-layers photo)
      #:style style
      #:preset "normal"
      #:auto-regions TRUE)
    (file-png-export #:run-mode RUN-NONINTERACTIVE #:image photo
                     #:file (string-append out "/" name ".png"))
    (gimp-image-delete photo)))

(let* ((opened (gimp-file-load RUN-NONINTERACTIVE like))
       (style (vector-ref (gimp-image-get-layers opened) 0)))
  (for-each (lambda (name)
              (catch (gimp-message (string-append name ": left out"))
                (restyle name style)))
            (files-in photos))
  (gimp-image-delete opened))
