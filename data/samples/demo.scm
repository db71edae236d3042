; SPDX-License-Identifier: LGPL-3.0-or-later
;
; Restyles noon.jpg after dusk.jpg, with five pairs of regions.  demo.sh runs it, after defining
; `samples`, the folder with the photos, and `out`, the folder for the results.  What it does can
; be done by hand as well: select a region, Select > Save to Channel, give the channel a name, do
; the same in the other photo, then Filters > Artistic > Photo Style Transfer...

(script-fu-use-v3)

(define regions '(("sky" (0 0 255))
                  ("hills" (128 128 128))
                  ("plants" (0 255 0))
                  ("water" (0 255 255))
                  ("cabins and stones" (255 0 0))))

; One soft-edged channel per region, from the colours of a label map, as if painted.
(define (paint-masks image label-file)
  (let ((labels (gimp-file-load-layer RUN-NONINTERACTIVE image label-file)))
    (gimp-image-insert-layer image labels 0 0)
    (gimp-context-push)
    (gimp-context-set-sample-threshold-int 40)
    (gimp-context-set-antialias FALSE)
    (gimp-context-set-feather FALSE)
    (let ((masks (map (lambda (region)
                        (gimp-image-select-color image CHANNEL-OP-REPLACE labels (cadr region))
                        (gimp-selection-feather image 3)
                        (let ((channel (gimp-selection-save image)))
                          (gimp-item-set-name channel (car region))
                          channel))
                      regions)))
      (gimp-selection-none image)
      (gimp-image-remove-layer image labels)
      (gimp-context-pop)
      (list->vector masks))))

; Three pictures in a row, as high as the first.
(define (side-by-side first second third file)
  (let* ((width (gimp-drawable-get-width first))
         (height (gimp-drawable-get-height first))
         (gap 12)
         (image (gimp-image-new (+ (* 3 width) (* 2 gap)) height RGB))
         (place 0))
    (map (lambda (picture)
           (let ((layer (gimp-layer-new-from-drawable picture image)))
             (gimp-image-insert-layer image layer 0 0)
             (gimp-layer-scale layer width height FALSE)
             (gimp-layer-set-offsets layer place 0)
             (set! place (+ place width gap))))
         (list first second third))
    (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)
    (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file file)
    (gimp-image-delete image)))

(let* ((photo (gimp-file-load RUN-NONINTERACTIVE (string-append samples "/noon.jpg")))
       (style (gimp-file-load RUN-NONINTERACTIVE (string-append samples "/dusk.jpg")))
       (photo-layers (gimp-image-get-layers photo))
       (style-layers (gimp-image-get-layers style))
       (photo-masks (paint-masks photo (string-append samples "/noon-labels.png")))
       (style-masks (paint-masks style (string-append samples "/dusk-labels.png")))
       (styled (plug-in-deep-photo-style
                 #:run-mode RUN-NONINTERACTIVE
                 #:image photo
                 #:drawables photo-layers
                 #:style (vector-ref style-layers 0)
                 #:content-masks photo-masks
                 #:style-masks style-masks
                 #:preset "normal"
                 #:report (string-append out "/report.json"))))
  (side-by-side (vector-ref photo-layers 0) (vector-ref style-layers 0) styled
                (string-append out "/side-by-side.png"))
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image photo
                   #:file (string-append out "/styled.png"))
  (gimp-image-delete photo)
  (gimp-image-delete style))
